import { access, constants } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { makeDirectory, matchPaths, messageOf, UserError } from '../../../base/index.ts';
import type { Engine } from '../../../engines/index.ts';
import { type FoundBase, findBase, type Image } from '../../../image/index.ts';
import { type ShrinkProof, shrinkJson, shrinkManifestJson, shrinkTable } from '../../../report/index.ts';
import {
  choosePasses,
  keptLayerCount,
  plainLayers,
  type ShrinkReport,
  shrinkManifest,
  shrinkReport,
  unpackedImage,
} from '../../../shrink/index.ts';
import { dependencyCapture } from '../../dependency-capture.ts';
import { type CliEnvironment, readEnvironment } from '../../environment.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { readOpenImage } from '../../read-side.ts';
import { writeOutput } from '../../write-output.ts';
import { baseDiffIds } from '../audit/base-layers.ts';
import { assertFree } from './destination.ts';
import { growHeap } from './heap-growth.ts';
import { makeShrunk, type PlannedImage, planWith, type ShrinkWork } from './make-shrunk.ts';
import { assertOtherImage, type OpenDestination, openDestination } from './open-destination.ts';
import { proofEngine, proveShrunk } from './prove-shrunk.ts';
import { type ShrinkOptions, shrinkOptions } from './shrink-options.ts';
import { readShrinkSettings } from './shrink-settings.ts';
import { givenTrace, type TraceSetting, tracedModules } from './traced-modules.ts';

/** Shrinks an image, or says what that would do. */
export async function runShrink(given: unknown, signal: AbortSignal): Promise<ExitCode> {
  // What commander gives is a record of options.
  const environment = readEnvironment(signal, (given as { readonly quiet?: boolean }).quiet);
  growHeap(0);
  const options = shrinkOptions(given, await readShrinkSettings(environment.cwd));
  const passes = choosePasses(options);
  const epoch = sourceDateEpoch(environment);
  if (options.manifest !== undefined) await assertFree({ kind: 'manifest', path: options.manifest });
  assertApart(options);
  await assertAuthority(options);
  // Known now, and not only after the work.
  const trace = await givenTrace(options);
  const engine = options.proof && (await proofEngine(options.proof, options.image, environment));
  makeTemporaryDirectory(join(environment.cacheDir, 'tmp'));
  const destination =
    options.destination && (await openDestination(options.destination, options, environment));
  try {
    const outcome = await withLayers({ options, passes, environment, epoch, trace }, { engine, destination });
    const { report, proof } = outcome;
    environment.write(
      options.json
        ? shrinkJson(report, proof)
        : shrinkTable(report, { width: environment.columns, hasColour: environment.isColour }, proof),
    );
    return exitCodeOf(outcome);
  } finally {
    destination?.close();
  }
}

/** Shrinks with a folder for unpacked layers that goes away afterwards. */
async function withLayers(setting: Omit<Setting, 'layers'>, partners: Partners): Promise<ShrinkOutcome> {
  const { cacheDir, progress, signal } = setting.environment;
  const layers = await plainLayers({ temporaryDir: join(cacheDir, 'tmp'), progress, signal });
  try {
    return await shrinkImage({ ...setting, layers }, partners);
  } finally {
    await layers.close();
  }
}

/** Fails with a `UserError` where the list would take the place of the image. */
function assertApart({ manifest, destination }: ShrinkOptions): void {
  if (manifest === undefined || destination === undefined || !('path' in destination)) return;
  if (resolve(manifest) === resolve(destination.path))
    throw new UserError(`${manifest} is to be the image and the list of what went`, {
      hint: 'Name two files.',
    });
}

/** Fails with a `UserError` for a file of authorities that cannot be read, also where no registry will be asked. */
async function assertAuthority({ caFile }: ShrinkOptions): Promise<void> {
  if (caFile === undefined) return;
  await access(caFile, constants.R_OK).catch((error: unknown) => {
    throw new UserError(`--ca-file ${caFile} cannot be read: ${messageOf(error)}`, {
      hint: 'Name the PEM file of the authority that signed the certificate of the registry.',
      cause: error,
    });
  });
}

function makeTemporaryDirectory(path: string): void {
  try {
    makeDirectory(path);
  } catch (error) {
    throw new UserError(`${path} cannot be made: ${messageOf(error)}`, {
      hint: 'Set PLIMSOLL_CACHE_DIR to a folder that you may write to: layers are unpacked there.',
      cause: error,
    });
  }
}

type Setting = Pick<ShrinkWork, 'options' | 'environment' | 'layers' | 'passes' | 'epoch'> & TraceSetting;

/** What is spoken to while an image is shrunk. */
interface Partners {
  /** Runs both images for `--verify`. */
  readonly engine: Engine | undefined;
  /** Absent for a dry run. */
  readonly destination: OpenDestination | undefined;
}

async function shrinkImage(setting: Setting, partners: Partners): Promise<ShrinkOutcome> {
  const { engine } = partners;
  const { options, environment, layers } = setting;
  const { read, image } = await readOpenImage(options.image, environment, {
    platform: options.platform,
    isInsecure: options.insecure,
    authorityFile: options.caFile,
    withMeasures: false,
    forgetsEntries: true,
    // A proof asks the service what its sources say that it answers.
    ...(options.proof && { capture: dependencyCapture }),
    ...(engine && { engine }),
    prepare: async (source) => {
      assertLinux(source);
      if (options.destination !== undefined) assertOtherImage(options.destination, options.image, source);
      return await unpackedImage(source, layers);
    },
  });
  try {
    const base = await baseOf(image, options, environment);
    const baseLayerCount = keptLayerCount(read.root, base?.layerCount ?? 0);
    const traced = await tracedModules(image, setting);
    return await shrinkOpened({ ...setting, image, read, traced, base, baseLayerCount }, partners);
  } finally {
    await image.close();
  }
}

async function shrinkOpened(work: ShrinkWork, { engine, destination }: Partners): Promise<ShrinkOutcome> {
  const { options, image, read, passes } = work;
  const planned = await planWith(work, passes);
  const { plan } = planned;
  noteIdlePatterns(work);
  const outcome =
    destination === undefined
      ? { report: shrinkReport({ ...work, root: read.root, plan }) }
      : await write(work, { planned, destination, engine });
  if (options.manifest !== undefined)
    await writeOutput(options.manifest, shrinkManifestJson(shrinkManifest(image, plan)), '--manifest');
  return outcome;
}

/** A pattern that keeps nothing is mistyped, more often than not. */
function noteIdlePatterns({ options, read, environment }: ShrinkWork): void {
  const idle = new Map(options.keep.map((pattern) => [pattern, matchPaths([pattern])]));
  for (const { entry } of idle.size === 0 ? [] : read.root.entries()) {
    for (const [pattern, matches] of idle) if (matches(entry.path)) idle.delete(pattern);
  }
  for (const pattern of idle.keys())
    environment.progress.note(
      `--keep ${pattern} matches no file${pattern.includes('/') && !pattern.startsWith('**/') ? `; one with a slash begins at the root: **/${pattern.replace(/^\/+/, '')} does not` : ''}`,
    );
}

interface ShrinkOutcome {
  readonly report: ShrinkReport;
  /** What came of running both images; absent where nobody asked for it. */
  readonly proof?: ShrinkProof;
}

/** Makes the new image, runs it beside the original where that was asked for, and writes it unless it differs. */
async function write(
  work: ShrinkWork,
  {
    planned,
    destination,
    engine,
  }: {
    readonly planned: PlannedImage;
    readonly destination: OpenDestination;
    readonly engine: Engine | undefined;
  },
): Promise<ShrinkOutcome> {
  const { options, read } = work;
  const made = await makeShrunk(work, planned);
  const { plan, written, image } = made;
  const facts = { ...work, root: read.root, plan, written };
  const proof =
    options.proof === undefined || engine === undefined
      ? undefined
      : await proveShrunk(work, made, { engine, proof: options.proof });
  if (proof?.verdict === 'different') return { report: shrinkReport(facts), proof };
  const output = { destination: destination.title, digest: await destination.write(image) };
  return { report: shrinkReport({ ...facts, output }), ...(proof && { proof }) };
}

/** Asked for a proof, the exit code tells how it ended. */
function exitCodeOf({ proof }: ShrinkOutcome): ExitCode {
  switch (proof?.verdict) {
    case 'different':
      return exitCodes.findings;
    case 'cannot-judge':
      return exitCodes.cannotJudge;
    default:
      return exitCodes.clean;
  }
}

/** Layers of Windows images are of another kind (OCI image-spec, layer.md). Fails with a `UserError`. */
function assertLinux({ name, platform }: Image): void {
  if (platform.os === 'linux') return;
  throw new UserError(`${name} is an image for ${platform.os}`, {
    hint: 'Only images for Linux can be shrunk.',
  });
}

/** The base whose layers stay: as given, as labelled, or as the history tells; none where all is written anew. */
async function baseOf(
  image: Image,
  options: ShrinkOptions,
  environment: CliEnvironment,
): Promise<FoundBase | undefined> {
  if (options.rebaseAll) return undefined;
  const diffIds = await baseDiffIds(image, options, environment);
  const found = findBase({ image, ...(diffIds && { baseDiffIds: diffIds }) });
  // An image that is nothing but a base has nothing on top to make lighter.
  return found !== undefined && found.layerCount < image.layers.length ? found : undefined;
}

/** `SOURCE_DATE_EPOCH` (reproducible-builds.org): the time that what is made now bears. */
function sourceDateEpoch({ variables }: CliEnvironment): number | undefined {
  const text = variables['SOURCE_DATE_EPOCH'];
  if (text === undefined || text === '') return undefined;
  const parsed = z.coerce.number().int().nonnegative().max(253_402_300_799).safeParse(text);
  if (!parsed.success)
    throw new UserError(`SOURCE_DATE_EPOCH is "${text}"`, { hint: 'It counts whole seconds since 1970.' });
  return parsed.data;
}
