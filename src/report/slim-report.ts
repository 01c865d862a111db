import type { Comparison, Group, SizeNode } from '../compare/index.ts';
import type { Finding, Risk } from '../finding/index.ts';
import type { Verification } from '../verify/index.ts';

/** Everything that the reports of `plimsoll slim` show, and nothing else. */
export interface SlimReport {
  readonly projectName: string;
  /** As the user typed it, for the reader who wants to repeat it. */
  readonly commandLine: string;
  /** Absent when nothing was built. */
  readonly engine?: { readonly name: string; readonly version: string };
  /** What is not as it would be elsewhere (a base image built from packages in place of the official one); shown wherever base sizes are. */
  readonly standInNotes: readonly string[];
  readonly target: ReportedTarget;
  readonly comparison: Comparison;
  /** Parts of a forecast that are not in `comparison`, on neither side: with any, its totals are no sizes of images. */
  readonly missing: readonly MissingPart[];
  /** For the treemaps of the page; absent for a forecast. */
  readonly trees?: { readonly fat: SizeNode; readonly lean: SizeNode };
  /** In the order in which they were made. */
  readonly edits: readonly ReportedEdit[];
  readonly leftAlone: readonly { readonly what: string; readonly because: string }[];
  readonly findings: readonly Finding[];
  /** Absent when the images were not run. */
  readonly verification?: Verification;
  /** Paths of what was written, as a person would open them. */
  readonly files: readonly string[];
  readonly warnings: readonly string[];
}

/** A part of an image whose size nobody could tell. */
export interface MissingPart {
  readonly group: Group;
  /** Those in which it could not be told. */
  readonly images: readonly ('fat' | 'lean')[];
  /** One clause without a full stop. */
  readonly because: string;
  /** What to do about it, as a sentence. */
  readonly hint: string;
}

/** What the image is made for, and how that is known. */
export interface ReportedTarget {
  readonly device: 'cpu' | 'gpu';
  /** `given` by the user, or `found` by evidence. */
  readonly source: 'given' | 'found';
  readonly evidence: readonly string[];
}

/** One edit of the plan and what became of it. */
export interface ReportedEdit {
  readonly id: string;
  readonly title: string;
  readonly reason: string;
  readonly risk: Risk;
  /** Bytes that it was expected to save; negative where it costs some; absent where nothing tells. What it saved by itself is not measured. */
  readonly predictedBytes?: number;
  /** `planned`: in the lean files, and nothing was built. */
  readonly state: 'applied' | 'planned' | 'taken back' | 'skipped';
  /** Why it was taken back or skipped. */
  readonly why?: string;
  /** A unified diff of what it changed. */
  readonly diff?: string;
}
