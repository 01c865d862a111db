import type { Project } from '../../../project/index.ts';
import type { SlimReport } from '../../../report/index.ts';
import type { LeanFile, ProjectStudy, TargetDecision } from '../../../slim/index.ts';
import type { CliEnvironment } from '../../environment.ts';
import type { ServiceFacts } from '../../service/service-facts.ts';
import type { SlimOptions } from './slim-options.ts';

/** Everything that both ways of slimming (with an engine, by forecast) start from. */
export interface SlimTask {
  readonly project: Project;
  readonly study: ProjectStudy;
  readonly target: TargetDecision;
  readonly service: ServiceFacts;
  readonly options: SlimOptions;
  readonly environment: CliEnvironment;
  readonly commandLine: string;
}

/** How a slimming ended. */
export interface SlimOutcome {
  readonly report: SlimReport;
  readonly files: readonly LeanFile[];
  /** `unverified` when nothing was built. */
  readonly verdict: 'same' | 'different' | 'cannot-judge' | 'unverified';
}
