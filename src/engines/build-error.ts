import { UserError, type UserErrorDetails } from '../base/index.ts';

/**
 * Why a build failed. `instruction` is a RUN that failed for a reason of its own; `dockerfile` one that does not parse or names what
 * does not exist; the surroundings are to blame for `no-space`, `network`, `engine-died`, `broken-cache` and `out-of-memory`.
 */
export type BuildFailureKind =
  | 'instruction'
  | 'python-requirements'
  | 'missing-command'
  | 'missing-file'
  | 'dockerfile'
  | 'base-image'
  | 'cache-mount'
  | 'network'
  | 'no-space'
  | 'out-of-memory'
  | 'broken-cache'
  | 'engine-died';

/** What a failed build is about, beside the words. */
export interface BuildErrorDetails extends UserErrorDetails {
  readonly kind: BuildFailureKind;
  /** The failed step as the engine names it: `[builder 3/6] RUN pip install …`. */
  readonly step?: string;
  /** The first line of the failed instruction in the Dockerfile, 1-based, where it was found. */
  readonly line?: number;
  /** Exit code of the failed RUN. */
  readonly exitCode?: number;
}

/** A build that failed for a reason that its user can act upon: the engine's own words, the instruction, the usual remedy. */
export class BuildError extends UserError {
  readonly kind: BuildFailureKind;
  readonly step: string | undefined;
  readonly line: number | undefined;
  readonly exitCode: number | undefined;

  constructor(message: string, details: BuildErrorDetails) {
    super(message, details);
    this.kind = details.kind;
    this.step = details.step;
    this.line = details.line;
    this.exitCode = details.exitCode;
  }
}
