import type { LintFinding } from '../../dockerfile/index.ts';

/** One Dockerfile and what is wrong with it. */
export interface LintedFile {
  /** As given on the command line. */
  readonly file: string;
  readonly text: string;
  readonly findings: readonly LintFinding[];
}
