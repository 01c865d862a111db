import type { CpuNames } from './cpu-replacement.ts';

/** What is known about the distributions that the requirements name. */
export interface DistributionFacts extends CpuNames {
  /** False when development requirements are to stay where they are. */
  readonly isDevelopmentSplit: boolean;
  /**
   * True where lines may move with their hashes: what production needs is known whole, and each hash was compared with the file that
   * it is for. Otherwise hashed requirements are left alone.
   */
  readonly areHashesProven?: boolean | undefined;
  /** Why nobody needs the distribution in production, from the knowledge table; undefined for all others. */
  readonly developmentReason: (name: string) => string | undefined;
  /** A place of application code that imports the distribution: `app/main.py:3`; undefined when none does. */
  readonly importedBy: (name: string) => string | undefined;
  /** A command that starts the container or a script and that the distribution provides: `jupyter`. */
  readonly startedBy: (name: string) => string | undefined;
  /** Who imports what needs the distribution or writes to it: `train.py:1 imports ultralytics, which writes to it`. */
  readonly usedThrough?: ((name: string) => string | undefined) | undefined;
  /** Names that leave with the GPU build: `nvidia-cublas-cu12`, `triton`; empty when nothing is swapped. */
  readonly isGpuOnly: (name: string) => boolean;
  /** A stage that the image takes nothing of and that uses the distribution: `test`. */
  readonly usedByStage?: ((name: string) => string | undefined) | undefined;
  /** A requested distribution that requires the GPU build by name, so that swapping it would install both. */
  readonly requiredBy?: ((name: string) => string | undefined) | undefined;
  /** A smaller distribution with the same modules: `opencv-python` → `opencv-python-headless`. */
  readonly smallerName?: ((name: string) => string | undefined) | undefined;
}
