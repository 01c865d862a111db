import { posix } from 'node:path';
import type { Project } from '../../../project/index.ts';
import type { DebianSuite } from '../../../python/index.ts';
import { pruneScript } from '../../../python/index.ts';
import {
  distributionFacts,
  type EditId,
  type IgnoreProposal,
  isComposeWorthwhile,
  modelsPath,
  type PlanInput,
  pruneScriptPath,
  rewriteFacts,
} from '../../../slim/index.ts';
import { decideModelCache } from './decide-model-cache.ts';
import type { SlimTask } from './slim-task.ts';

/** What the plan is decided by, beside the project. */
export interface PlanCircumstances {
  readonly task: SlimTask;
  readonly suite: DebianSuite;
  readonly ignore: IgnoreProposal;
  readonly hasCacheMounts: boolean;
  /** `linux/amd64`; undefined where no engine was asked and no option says it. */
  readonly buildPlatform?: string | undefined;
  /** Whether the fat image holds downloaded models; undefined when it was not built. */
  readonly hasCachedModels?: boolean;
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
  const modelCache = decideModelCache(project, study, circumstances.hasCachedModels);
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
      buildPlatform: circumstances.buildPlatform,
      ports: task.service.ports,
      volumePaths: modelCache.libraries.length > 0 ? [modelsPath] : [],
    }),
    requirements: study.requirements,
    distributions: distributionFacts({ project, study, target }),
    ignore: ignore.content === (ignore.previous ?? '') ? undefined : ignore,
    compose: composeInput(task, modelCache.libraries),
    pruneScript: { path: pruneScriptPath, content: script, previous: known?.text },
    predictedBytes,
    leftAlone: [...study.problems, ...modelCache.leftAlone],
  });
}

/** Files that the plan adds to the project, as far as the build context is concerned. */
export function newContextPaths(task: SlimTask, skipped: ReadonlySet<EditId>): string[] {
  if (skipped.has('compose')) return [];
  const { path, previous, facts } = composeInput(task, decideModelCache(task.project, task.study).libraries);
  return previous === undefined && isComposeWorthwhile(previous, facts) ? [path] : [];
}

function composeInput(
  { project, options, service: found }: SlimTask,
  libraries: readonly string[],
): PlanInput['compose'] {
  const existing = project.compose?.documents[0];
  const service = project.compose?.builders[0];
  const platform = options.platform;
  const path = existing === undefined ? 'compose.yaml' : posix.relative(project.directory, existing.file);
  return {
    path,
    previous: existing?.text,
    facts: {
      serviceName: service?.name ?? (project.compose === undefined ? 'app' : ''),
      platform:
        platform === undefined
          ? 'linux/amd64'
          : [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/'),
      ports: found.ports.slice(0, 1),
      // What the image checks by itself needs no second check.
      healthPath: hasHealthcheck(project) ? undefined : found.healthPath,
      modelLibraries: libraries,
      buildTarget: project.target,
      dockerfile: project.dockerfile.path === 'Dockerfile' ? undefined : project.dockerfile.path,
    },
  };
}

function hasHealthcheck({ dockerfile: { model } }: Project): boolean {
  const instructions = model.stages[model.target]?.instructions ?? [];
  return instructions.some(
    ({ syntax }) => syntax.keyword === 'healthcheck' && !/^none\b/i.test(syntax.value.trim()),
  );
}
