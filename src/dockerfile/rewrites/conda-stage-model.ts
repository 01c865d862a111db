import type { Stage } from '../model.ts';
import type { CondaBase } from './conda-base.ts';
import type { CondaInstruction } from './conda-commands.ts';
import type { CondaEnvironment } from './conda-environment.ts';

/** The stage that becomes the image, where conda installs in it. */
export interface CondaStage {
  readonly stage: Stage;
  readonly base: CondaBase;
  readonly instructions: readonly CondaInstruction[];
  /** Positions of the first and the last instruction that installs. */
  readonly first: number;
  readonly last: number;
  /** Undefined when it cannot be told; there is an obstacle then. */
  readonly environment: CondaEnvironment | undefined;
  /** Everything that makes it unsafe to take conda out of the image, in words for the user. */
  readonly obstacles: readonly string[];
}
