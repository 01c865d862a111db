import type { DebianSuite, LinkedDistribution } from '../../../python/index.ts';
import { pruneScript } from '../../../python/index.ts';
import {
  type ComposePlans,
  distributionFacts,
  type EditId,
  type IgnoreProposal,
  type ImageEvidence,
  type PlanInput,
  proposeCiCache,
  pruneScriptPath,
  rewriteFacts,
} from '../../../slim/index.ts';
import type { SlimTask } from './slim-task.ts';

/** What the plan is decided by, beside the project. */
export interface PlanCircumstances {
  readonly task: SlimTask;
  readonly suite: DebianSuite;
  readonly ignore: IgnoreProposal;
  readonly hasCacheMounts: boolean;
  /** `linux/amd64`; undefined where no engine was asked and no option says it. */
  readonly buildPlatform?: string | undefined;
  readonly compose: ComposePlans;
  /** What the native code of the wheels that would be installed is linked with; undefined where nobody looked. */
  readonly linked?: readonly LinkedDistribution[] | undefined;
  /** What the fat image tells of system libraries; undefined where there is none. */
  readonly imageEvidence?: ImageEvidence | undefined;
  readonly predictedBytes: (id: EditId) => number | undefined;
}

/** The plan's input as a function of the Debian packages that earlier attempts found missing. */
export function planInputs(
  circumstances: PlanCircumstances,
): (foundMissing: ReadonlyMap<string, string>) => PlanInput {
  const { task, suite, hasCacheMounts, ignore, predictedBytes } = circumstances;
  const { project, study, target } = task;
  const dockerfile = project.dockerfile;
  const script = pruneScript();
  const known = project.texts.pythonSources.find((file) => file.path === pruneScriptPath);
  return (foundMissing) => ({
    dockerfile: {
      path: dockerfile.path,
      text: dockerfile.text,
      target: project.target,
      buildArgs: project.buildArgs,
    },
    asked: task.options.asked,
    facts: rewriteFacts({
      project,
      study,
      target,
      hasCacheMounts,
      suite,
      foundMissing,
      linked: circumstances.linked,
      buildPlatform: circumstances.buildPlatform,
      ports: task.service.ports,
      volumePaths: circumstances.compose.asBuilt?.volumePaths ?? [],
    }),
    requirements: study.requirements,
    otherRequirements: [...study.inlineRequirements, ...(study.packageRequirements ?? [])],
    toolRequirements: study.toolRequirements,
    distributions: distributionFacts({ project, study, target }),
    imageEvidence: circumstances.imageEvidence,
    ignore: ignore.content === (ignore.previous ?? '') ? undefined : ignore,
    compose: circumstances.compose,
    ciCache: proposeCiCache(project),
    pruneScript: { path: pruneScriptPath, content: script, previous: known?.text },
    predictedBytes,
    leftAlone: study.problems,
  });
}

/** Files that the plan adds to the project, as far as the build context is concerned. */
export function newContextPaths({ asBuilt }: ComposePlans, skipped: ReadonlySet<EditId>): string[] {
  if (asBuilt === undefined || skipped.has('compose')) return [];
  return asBuilt.previous === undefined ? [asBuilt.path] : [];
}
