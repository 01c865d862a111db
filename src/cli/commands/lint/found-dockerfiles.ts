import type { InlineDockerfile } from '../../../project/index.ts';

/** A Dockerfile to check. */
export interface LintInput {
  /** As it is shown: the path as given or relative to the working directory, `-` for standard input. */
  readonly file: string;
  /** Absolute path of the build context, where something names it. */
  readonly context?: string | undefined;
  /** Names of further build contexts, where what builds it is known. */
  readonly contextNames?: readonly string[];
  /** It stands in a compose file, `file`. */
  readonly inline?: InlineDockerfile;
}

/** What is to be checked, and where that is not what was named, what was found and what was left. */
export interface FoundDockerfiles {
  readonly inputs: readonly LintInput[];
  readonly notes: readonly string[];
}
