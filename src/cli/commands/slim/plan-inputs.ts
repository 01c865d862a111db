import { posix } from 'node:path';
import type { DebianSuite } from '../../../python/index.ts';
import { pruneScript } from '../../../python/index.ts';
import {
  distributionFacts,
  type EditId,
  type IgnoreProposal,
  type PlanInput,
  pruneScriptPath,
  rewriteFacts,
} from '../../../slim/index.ts';
import type { SlimTask } from './run-slim.ts';

/** What the plan is decided by, beside the project. */
export interface PlanCircumstances {
  readonly task: SlimTask;
  readonly suite: DebianSuite;
  readonly ignore: IgnoreProposal;
  readonly hasCacheMounts: boolean;
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
    facts: rewriteFacts({ project, study, target, hasCacheMounts, suite, foundMissing }),
    requirements: study.requirements,
    distributions: distributionFacts({ project, study }),
    ignore: ignore.content === (ignore.previous ?? '') ? undefined : ignore,
    compose: composeInput(task),
    pruneScript: { path: pruneScriptPath, content: script, previous: known?.text },
    predictedBytes,
    leftAlone: study.problems,
  });
}

/** Libraries that download models on first use, by the name they are imported by. */
const modelLibraries = [
  'transformers',
  'sentence_transformers',
  'diffusers',
  'huggingface_hub',
  'datasets',
  'timm',
  'whisper',
  'spacy_transformers',
];

function composeInput({ project, study, options, service: found }: SlimTask): PlanInput['compose'] {
  const existing = project.compose?.documents[0];
  const service = project.compose?.builders[0];
  const platform = options.platform;
  const imported = new Set(study.application.imports.map((one) => one.module.split('.')[0] ?? ''));
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
      healthPath: found.healthPath,
      modelLibraries: modelLibraries.filter((name) => imported.has(name)),
      buildTarget: project.target,
      dockerfile: project.dockerfile.path === 'Dockerfile' ? undefined : project.dockerfile.path,
    },
  };
}
