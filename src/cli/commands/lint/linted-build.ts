import type { DockerfileModel, DockerfileSyntax } from '../../../dockerfile/index.ts';

/** A Dockerfile and where its build takes place. */
export interface LintedBuild {
  readonly syntax: DockerfileSyntax;
  readonly model: DockerfileModel;
  /** Absolute; undefined for standard input. */
  readonly dockerfile: string | undefined;
  /** Absolute path of the build context. */
  readonly context: string;
  /** Names of further contexts; undefined where what builds it is not known yet. */
  readonly contextNames?: readonly string[] | undefined;
  /** Where the compose file and the pipelines are looked for; the context by default. */
  readonly cwd?: string;
}
