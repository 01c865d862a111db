import { matchPaths } from '../base/index.ts';
import type { RootFileSystem } from '../filetree/index.ts';
import type { ImageConfig } from '../image/index.ts';
import { type ConfigChange, compareConfigs } from './compare-configs.ts';
import { compareFiles, type FileComparison } from './compare-files.ts';
import type { Comparison } from './compare-images.ts';

/** One image to be compared to the last file and setting. */
export interface DiffSide {
  /** For a semantic comparison the layers were indexed with hashes. */
  readonly root: RootFileSystem;
  readonly config: ImageConfig;
}

/** How two images are compared. */
export interface DiffOptions {
  /** Two images are equal when a container sees the same: times, history, and how files are spread over layers do not count. */
  readonly isSemantic?: boolean | undefined;
  /** Paths that do not count (see `matchPaths`). */
  readonly ignore?: readonly string[] | undefined;
  /** How many file changes to list. Default: all. */
  readonly mostChanges?: number | undefined;
}

/** Two images to the last file and setting. */
export interface ImageDiff {
  readonly mode: 'strict' | 'semantic';
  /** No difference that the mode counts. */
  readonly isEqual: boolean;
  /** The same layers in the same order. */
  readonly hasSameLayers: boolean;
  readonly files: FileComparison;
  readonly config: readonly ConfigChange[];
  /** The patterns of paths that do not count. */
  readonly ignored: readonly string[];
  /** What was not looked at, one sentence each, for people. */
  readonly notCompared: readonly string[];
}

/** Two images side by side, and to the last file; what `plimsoll compare` prints. */
export interface DetailedComparison extends Comparison {
  readonly diff: ImageDiff;
}

/**
 * Compares two images by what a container sees of them. Strictly, they are equal when layers, files with their times, configuration and history
 * are; with paths ignored, layers count by what they show only.
 */
export function diffImages(fat: DiffSide, lean: DiffSide, options: DiffOptions = {}): ImageDiff {
  const { isSemantic = false, ignore = [], mostChanges } = options;
  const hasSameLayers =
    fat.root.layers.length === lean.root.layers.length &&
    fat.root.layers.every(({ diffId }, i) => diffId === lean.root.layers[i]?.diffId);
  const files = compareFiles(fat.root, lean.root, {
    isSemantic,
    isIgnored: matchPaths(ignore),
    mostChanges,
  });
  const config = compareConfigs(fat.config, lean.config, isSemantic);
  const differing = files.added.count + files.removed.count + files.changed.count + files.timeOnly.count;
  const doLayersCount = !isSemantic && ignore.length === 0;
  return {
    mode: isSemantic ? 'semantic' : 'strict',
    isEqual: differing === 0 && config.length === 0 && (hasSameLayers || !doLayersCount),
    hasSameLayers,
    files,
    config,
    ignored: ignore,
    notCompared: notCompared(files, isSemantic, hasSameLayers),
  };
}

function notCompared(files: FileComparison, isSemantic: boolean, hasSameLayers: boolean): string[] {
  if (hasSameLayers) return [];
  const unknown = files.timeOnly.contentUnknownCount;
  if (isSemantic || unknown === 0) return [];
  return [
    `The content of ${counted(unknown)} of equal size and other time was not read; --semantic compares it by hash.`,
  ];
}

function counted(files: number): string {
  return files === 1 ? '1 file' : `${files.toLocaleString('en-US')} files`;
}
