import type { DepsReport } from '../../deps/index.ts';

/** What `--fix` does to the requirements files. */
export interface DepsFix {
  /** False for what was only shown. */
  readonly isWritten: boolean;
  /** The files that change. */
  readonly paths: readonly string[];
  readonly diff: string;
  /** Where the files as they were are kept; undefined where nothing was written. */
  readonly backup?: string | undefined;
  /** What stays as it is, and why. */
  readonly leftAlone: readonly string[];
}

/** What is shown: the report, and what became of the files. */
export interface ShownDeps extends DepsReport {
  readonly fix?: DepsFix;
}
