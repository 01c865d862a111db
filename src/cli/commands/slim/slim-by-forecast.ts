import { basename, join } from 'node:path';
import { compareImages, type ForecastSide } from '../../../compare/index.ts';
import { type DockerfileModel, parseDockerfile, resolveDockerfile } from '../../../dockerfile/index.ts';
import {
  describeDockerfileForForecast,
  forecastImage,
  gatherForecastFacts,
} from '../../../forecast/index.ts';
import { makePlan, type Plan, proposeIgnore, writeLeanFiles } from '../../../slim/index.ts';
import { newContextPaths, planInputs } from './plan-inputs.ts';
import { predictBytes } from './predict-bytes.ts';
import { projectFindings } from './project-findings.ts';
import { reportOf } from './report-of.ts';
import type { SlimOutcome, SlimTask } from './slim-task.ts';
import { suiteOfBase } from './suite.ts';

/** Plans and writes as with an engine, but compares what would be built: sizes of wheels and of known bases and packages. */
export async function slimByForecast(task: SlimTask): Promise<SlimOutcome> {
  const { project, study, target, options, environment } = task;
  const ignore = proposeIgnore(project, study, newContextPaths(task, options.skipped));
  const base = project.dockerfile.model.stages[project.dockerfile.model.target]?.base;
  const inputs = planInputs({
    task,
    suite: suiteOfBase(base),
    ignore: ignore.proposal,
    hasCacheMounts: true,
    predictedBytes: predictBytes({ study, target, ignore: ignore.proposal }),
  });
  const plan = makePlan(inputs(new Map()), options.skipped);
  const files = await writeLeanFiles(project.directory, plan.files);
  const isIgnored = plan.edits.some((edit) => edit.id === 'dockerignore');
  const leanPaths = new Set(ignore.sentPaths);
  const bytesOf = (isSent: (path: string) => boolean): number =>
    project.context.files.filter((file) => isSent(file.path)).reduce((sum, file) => sum + file.sizeBytes, 0);
  const name = basename(project.directory);
  const fat = await forecastSide(task, {
    name: `${name}:fat`,
    model: project.dockerfile.model,
    plan: undefined,
    contextBytes: project.context.sentBytes,
  });
  const lean = await forecastSide(task, {
    name: `${name}:lean`,
    model: leanModel(plan, task),
    plan,
    contextBytes: bytesOf((path) => !isIgnored || leanPaths.has(path)),
  });
  environment.signal.throwIfAborted();
  const report = reportOf({
    projectDir: project.directory,
    commandLine: task.commandLine,
    standInNotes: [],
    target,
    comparison: compareImages({
      fat: fat.side,
      lean: lean.side,
      uplinkBitsPerSecond: options.uplinkBitsPerSecond,
    }),
    plan,
    wholePlan: plan,
    takenBack: [],
    skipped: options.skipped,
    findings: projectFindings(project, study),
    files,
    warnings: [...new Set([...fat.warnings, ...lean.warnings])],
  });
  return { report, files: plan.files, verdict: 'unverified' };
}

function leanModel(plan: Plan, { project }: SlimTask): DockerfileModel {
  return resolveDockerfile(parseDockerfile(plan.files[0]?.content ?? ''), {
    buildArgs: project.buildArgs,
    ...(project.target === undefined ? {} : { target: project.target }),
  });
}

interface ForecastedDockerfile {
  readonly name: string;
  readonly model: DockerfileModel;
  /** Whose files stand in for the project's. */
  readonly plan: Plan | undefined;
  readonly contextBytes: number;
}

async function forecastSide(
  task: SlimTask,
  wanted: ForecastedDockerfile,
): Promise<{ readonly side: ForecastSide; readonly warnings: readonly string[] }> {
  const { project, environment } = task;
  const texts = new Map(
    [...project.texts.requirements, ...project.texts.manifests].map((file) => [file.path, file.text]),
  );
  for (const file of wanted.plan?.files ?? []) texts.set(file.path, file.content);
  const described = await describeDockerfileForForecast(wanted.model, {
    readText: (path: string) => Promise.resolve(texts.get(path)),
  });
  const resolving = environment.progress.start(`resolving what ${wanted.name} would install`);
  const facts = await gatherForecastFacts(
    { ...described, contextBytes: wanted.contextBytes },
    {
      cacheDir: join(environment.cacheDir, 'forecast'),
      signal: environment.signal,
      // pip's own five retries, each with a long wait, would look like a hang.
      pipOptions: ['--retries', '1'],
    },
  );
  resolving.done();
  const { rows, warnings } = forecastImage(facts);
  return {
    side: { kind: 'forecast', name: wanted.name, rows },
    warnings: warnings.map((warning) => `${wanted.name}: ${warning.replace(/\s*\n\s*/g, ' ')}`),
  };
}
