import { platformWord } from '../../../engines/index.ts';
import type { LinkedDistribution } from '../../../python/index.ts';
import { makePlan, type Plan, proposeIgnore } from '../../../slim/index.ts';
import { suiteOfTarget } from '../../debian-suite.ts';
import { planComposes } from './plan-compose.ts';
import { newContextPaths, planInputs } from './plan-inputs.ts';
import { predictBytes } from './predict-bytes.ts';
import type { SlimTask } from './slim-task.ts';

/** A plan that is made without an image. */
export interface ProjectPlan {
  readonly plan: Plan;
  /** Paths of the project that the lean `.dockerignore` lets through. */
  readonly sentPaths: readonly string[];
}

/**
 * Plans without an engine, and writes nothing: from the project's files, and from what the wheels that it would install are
 * `linked` with where somebody has looked.
 */
export async function planProject(
  task: SlimTask,
  linked?: readonly LinkedDistribution[],
): Promise<ProjectPlan> {
  const { project, study, target, options } = task;
  const compose = await planComposes(task);
  const ignore = proposeIgnore(project, study, newContextPaths(compose, options.skipped));
  const { platform } = options;
  const inputs = planInputs({
    task,
    suite: suiteOfTarget(project.dockerfile.model),
    ignore: ignore.proposal,
    compose,
    linked,
    hasCacheMounts: true,
    buildPlatform: platform === undefined ? undefined : platformWord(platform),
    predictedBytes: predictBytes({ study, target, ignore: ignore.proposal }),
  });
  return { plan: makePlan(inputs(new Map()), options.skipped), sentPaths: ignore.sentPaths };
}
