import type { VisibleEntry } from '../filetree/index.ts';
import type { CacheOwner, Finding, FindingOwner, PlainFindingKind, SizedPath } from '../finding/index.ts';
import type { AuditSubject } from './audit-subject.ts';
import type { FilePlace } from './file-place.ts';

/** What to do about files where the kind's own remedy does not fit: a sentence, and the id of the edit that does it, where one does. */
export interface ClaimRemedy {
  readonly remedy: string;
  readonly rewrite?: string;
}

/** What a file is taken for. Claims with the same kind, layer, owner, manager and remedy become one finding. */
export type FileClaim =
  | {
      readonly kind: PlainFindingKind;
      readonly owner?: FindingOwner | undefined;
      readonly instead?: ClaimRemedy | undefined;
    }
  | {
      readonly kind: 'package-manager-cache';
      readonly manager: CacheOwner;
      readonly owner?: FindingOwner | undefined;
    }
  | {
      readonly kind: 'dev-dependency';
      readonly owner: FindingOwner;
    };

/** A visible file, or a part of it, with what it was taken for; `sizeBytes` is what the claim counts. */
export interface ClaimedFile extends SizedPath {
  readonly layer: number;
  readonly claim: FileClaim;
}

/** Judges visible files one by one. */
export type ClaimFile = (file: VisibleEntry, place: FilePlace) => FileClaim | undefined;

/** A waste class of visible files: looks at the subject once, then judges each file. */
export interface FileDetector {
  readonly name: string;
  prepare(subject: AuditSubject): ClaimFile;
}

/** What the file detectors left. */
export interface UnclaimedFiles {
  /** True for a file that no class has, and that has one name only: bytes with another hard link are not freed with the file. */
  isFree(path: string): boolean;
  /** Files with symbols that stripping takes off, claimed or not. */
  readonly strippable: readonly VisibleEntry[];
}

/** A waste class that takes files, or parts of files, which no file detector took. */
export interface RemainderDetector {
  readonly name: string;
  detect(subject: AuditSubject, rest: UnclaimedFiles): readonly ClaimedFile[];
}

/** Looks at the image as a whole; its findings either count no visible file or are no waste. */
export interface ImageDetector {
  readonly name: string;
  detect(subject: AuditSubject): readonly Finding[];
}
