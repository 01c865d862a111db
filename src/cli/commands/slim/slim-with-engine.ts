import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { auditImage } from '../../../audit/index.ts';
import { formatBytes, UserError } from '../../../base/index.ts';
import { compareImages, sizeTree } from '../../../compare/index.ts';
import { BuildError, type BuiltImage, type Engine, platformWord } from '../../../engines/index.ts';
import type { DebianSuite } from '../../../python/index.ts';
import { makePlan, proposeIgnore, takeBackUntilPassed } from '../../../slim/index.ts';
import { leanVerifier } from '../../../verify/index.ts';
import { suiteOfCodename } from '../../debian-suite.ts';
import { linkageCapture } from '../../linkage-capture.ts';
import type { ReadImage } from '../../read-opened.ts';
import { readImage } from '../../read-side.ts';
import { leanAttempts } from './attempt-lean.ts';
import { type BuildContext, buildStaged } from './build-staged.ts';
import { imageEvidence } from './image-evidence.ts';
import { withPackageHint } from './package-hint.ts';
import { planComposes } from './plan-compose.ts';
import { newContextPaths, planInputs } from './plan-inputs.ts';
import { predictBytes } from './predict-bytes.ts';
import { projectFindings } from './project-findings.ts';
import { reportOf } from './report-of.ts';
import { serviceQuestions } from './service-questions.ts';
import type { SlimOutcome, SlimTask } from './slim-task.ts';
import { slimWarnings } from './slim-warnings.ts';

/** Builds the fat image, reads it, makes the lean one until it behaves the same, and compares them. */
export async function slimWithEngine(task: SlimTask, engine: Engine): Promise<SlimOutcome> {
  const { project, study, target, options, environment } = task;
  const context: BuildContext = {
    projectDir: project.directory,
    engine,
    environment,
    platform: options.platform,
    buildArgs: { ...project.buildArgs, ...options.buildArgs },
    secrets: options.secrets,
    target: project.target,
  };
  const inRegistry = await layersOf(engine, options.pushed);
  const name = imageName(project.directory);
  const fat = await buildFat(task, context, `${name}:fat`);
  const fatRead = await readImage(sourceOf(engine, fat), environment, {
    engine,
    name: `${basename(project.directory)}:fat`,
    capture: linkageCapture,
    baseLayerCount: await baseLayers(
      engine,
      project.dockerfile.model.stages[project.dockerfile.model.target]?.base,
      fat,
    ),
  });
  const audit = auditImage({
    image: fatRead.image,
    root: fatRead.root,
    inventory: fatRead.side.inventory,
    distributions: fatRead.side.distributions,
    target: target.device,
  });
  const suite = suiteOf(fatRead);
  const compose = await planComposes(task, hasCachedModels(fatRead));
  const ignore = proposeIgnore(project, study, newContextPaths(compose, options.skipped));
  const inputs = planInputs({
    task,
    suite,
    ignore: ignore.proposal,
    compose,
    imageEvidence: imageEvidence(task, fatRead, suite),
    hasCacheMounts: engine.hasCacheMounts,
    buildPlatform: platformWord(options.platform ?? engine.platform),
    predictedBytes: predictBytes({ fat: fatRead, study, target, ignore: ignore.proposal }),
  });
  const wholePlan = makePlan(inputs(new Map()), options.skipped);
  const verify = leanVerifier({
    engine,
    fat: fat.tag,
    ...serviceQuestions(task, fat),
    progress: environment.progress,
    signal: environment.signal,
  });
  const result = await takeBackUntilPassed({
    // What pipelines do changes no image.
    suspects: wholePlan.edits
      .filter((edit) => edit.risk !== 'safe' && edit.id !== 'ci-cache')
      .map((edit) => edit.id),
    attempt: leanAttempts({
      ...context,
      options,
      suite,
      tag: `${name}:lean`,
      planInput: inputs,
      sentPaths: (hasLeanIgnore) =>
        hasLeanIgnore ? ignore.sentPaths : project.context.files.map((file) => file.path),
      verify: (lean) => verify(lean.tag),
    }),
    onTakenBack: (edit) => environment.progress.note(`Taken back: ${edit.id}, because ${edit.why}`),
  });
  const attempt = result.outcome.value;
  if (attempt.image === undefined) {
    throw attempt.buildError ?? new UserError('The lean image could not be built.');
  }
  const leanRead = await readImage(sourceOf(engine, attempt.image), environment, {
    engine,
    name: `${basename(project.directory)}:lean`,
    baseLayerCount: await baseLayers(engine, leanBase(attempt.plan.files[0]?.content), attempt.image),
  });
  const comparison = compareImages({
    fat: fatRead.side,
    lean: leanRead.side,
    uplinkBitsPerSecond: options.uplinkBitsPerSecond,
    inRegistry,
  });
  const verification = attempt.verification;
  const report = reportOf({
    projectDir: project.directory,
    commandLine: task.commandLine,
    engine,
    standInNotes: standInNotes([fatRead, leanRead]),
    target,
    comparison,
    trees: { fat: sizeTree(fatRead.side), lean: sizeTree(leanRead.side) },
    plan: attempt.plan,
    wholePlan,
    takenBack: result.takenBack,
    skipped: options.skipped,
    audit,
    findings: await projectFindings(project, study),
    ...(verification === undefined ? {} : { verification }),
    files: attempt.files,
    warnings: slimWarnings({ attempts: result.attempts, comparison, verification }),
  });
  return { report, files: attempt.plan.files, verdict: verification?.verdict ?? 'cannot-judge' };
}

async function buildFat({ project }: SlimTask, context: BuildContext, tag: string): Promise<BuiltImage> {
  context.environment.progress.note(
    `Building the fat image as the project has it (${formatBytes(project.context.sentBytes)} of context) …`,
  );
  return buildStaged(context, {
    tag,
    title: 'fat image',
    dockerfile: resolve(project.directory, project.dockerfile.path),
    paths: project.context.files.map((file) => file.path),
    files: [],
  }).catch((error: unknown) => {
    throw error instanceof BuildError ? withPackageHint(error) : error;
  });
}

/** One name per project directory, so that a second run finds the first one's images and caches. */
function imageName(directory: string): string {
  const word =
    basename(directory)
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'project';
  return `plimsoll/${word}-${createHash('sha256').update(directory).digest('hex').slice(0, 8)}`;
}

function sourceOf(engine: Engine, image: BuiltImage): string {
  return `${engine.name === 'docker' ? 'docker' : 'podman'}:${image.tag}`;
}

/** How many of the image's lowest layers are its base's, where the engine holds the base. */
async function baseLayers(
  engine: Engine,
  base: string | undefined,
  image: BuiltImage,
): Promise<number | undefined> {
  const held = base === undefined ? undefined : await engine.inspect(base);
  const layers = held?.config.diffIds ?? [];
  const isBase =
    layers.length > 0 && layers.every((diffId, position) => image.config.diffIds[position] === diffId);
  return isBase ? layers.length : undefined;
}

function leanBase(dockerfile: string | undefined): string | undefined {
  return [...(dockerfile ?? '').matchAll(/^FROM\s+(?:--\S+\s+)*(\S+)/gim)].at(-1)?.[1];
}

function suiteOf(image: ReadImage): DebianSuite {
  return suiteOfCodename(image.side.inventory.release?.versionCodename ?? 'bookworm');
}

/** The diffIDs of images that the engine holds and the registry has; a name that the engine does not know is an error. */
async function layersOf(engine: Engine, names: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const name of names) {
    const image = await engine.inspect(name);
    if (image === undefined)
      throw new UserError(`--pushed ${name}: ${engine.name} has no such image.`, {
        hint: `Pull it first, or leave --pushed out.`,
      });
    for (const diffId of image.config.diffIds) found.add(diffId);
  }
  return found;
}

/** Models of the Hugging Face hub lie as `…/huggingface/hub/models--OWNER--NAME/`. */
function hasCachedModels({ root }: ReadImage): boolean {
  for (const { entry } of root.entries())
    if (/(^|\/)(models|datasets)--[^/]+\//.test(entry.path)) return true;
  return false;
}

const standInLabel = 'dev.plimsoll.stand-in';

/** Images built on a base that stands in for another one carry its label. */
function standInNotes(images: readonly ReadImage[]): string[] {
  return [...new Set(images.flatMap(({ image }) => image.config.labels[standInLabel] ?? []))];
}
