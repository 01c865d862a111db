import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { matchPaths, UserError } from '../../../base/index.ts';
import { type FoundBase, findBase, type Image } from '../../../image/index.ts';
import { shrinkJson, shrinkManifestJson, shrinkTable } from '../../../report/index.ts';
import {
  choosePasses,
  keptLayerCount,
  type PlainLayers,
  plainLayers,
  planShrink,
  type ShrinkPass,
  type ShrinkPlan,
  type ShrinkReport,
  type Study,
  shrinkManifest,
  shrinkReport,
  shrunkImage,
  studyLayers,
  unpackedImage,
  writeLayers,
} from '../../../shrink/index.ts';
import { type CliEnvironment, readEnvironment } from '../../environment.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { type ReadImage, readOpenImage } from '../../read-side.ts';
import { writeOutput } from '../../write-output.ts';
import { baseDiffIds } from '../audit/base-layers.ts';
import { assertFree, writeDestination } from './destination.ts';
import { type ShrinkOptions, shrinkOptions } from './shrink-options.ts';
import { readShrinkSettings } from './shrink-settings.ts';
import { tracedModules } from './traced-modules.ts';

/** Shrinks an image, or says what that would do. */
export async function runShrink(given: unknown, signal: AbortSignal): Promise<ExitCode> {
  // What commander gives is a record of options.
  const environment = readEnvironment(signal, (given as { readonly quiet?: boolean }).quiet);
  const options = shrinkOptions(given, await readShrinkSettings(environment.cwd));
  const passes = choosePasses(options);
  const epoch = sourceDateEpoch(environment);
  if (options.destination !== undefined) await assertFree(options.destination);
  if (options.manifest !== undefined) await assertFree({ kind: 'manifest', path: options.manifest });
  assertApart(options);
  const temporaryDir = join(environment.cacheDir, 'tmp');
  await mkdir(temporaryDir, { recursive: true });
  const layers = await plainLayers({ temporaryDir, progress: environment.progress, signal });
  try {
    const report = await shrinkImage({ options, passes, environment, layers }, epoch);
    environment.write(
      options.json
        ? shrinkJson(report)
        : shrinkTable(report, { width: environment.columns, hasColour: environment.isColour }),
    );
    return exitCodes.clean;
  } finally {
    await layers.close();
  }
}

/** Fails with a `UserError` where the list would take the place of the image. */
function assertApart({ manifest, destination }: ShrinkOptions): void {
  if (manifest === undefined || destination === undefined) return;
  if (resolve(manifest) === resolve(destination.path))
    throw new UserError(`${manifest} is to be the image and the list of what went`, {
      hint: 'Name two files.',
    });
}

async function shrinkImage(setting: Setting, epoch: number | undefined): Promise<ShrinkReport> {
  const { options, environment, layers } = setting;
  const { read, image } = await readOpenImage(options.image, environment, {
    platform: options.platform,
    isInsecure: options.insecure,
    withMeasures: false,
    forgetsEntries: true,
    prepare: async (source) => {
      assertLinux(source);
      return await unpackedImage(source, layers);
    },
  });
  try {
    const base = await baseOf(image, options, environment);
    const baseLayerCount = keptLayerCount(read.root, base?.layerCount ?? 0);
    const traced = await tracedModules(image, options, environment);
    return await shrinkOpened({ ...setting, image, read, traced, base, baseLayerCount }, epoch);
  } finally {
    await image.close();
  }
}

interface Setting {
  readonly options: ShrinkOptions;
  readonly environment: CliEnvironment;
  readonly layers: PlainLayers;
  readonly passes: readonly ShrinkPass[];
}

interface Work extends Setting {
  readonly image: Image;
  readonly read: ReadImage;
  readonly traced: ReadonlySet<string> | undefined;
  readonly base: FoundBase | undefined;
  readonly baseLayerCount: number;
}

async function shrinkOpened(work: Work, epoch: number | undefined): Promise<ShrinkReport> {
  const { options, image, read } = work;
  const planned = await planOf(work);
  const { plan } = planned;
  noteIdlePatterns(work);
  const report =
    options.destination === undefined
      ? shrinkReport({ ...work, root: read.root, plan })
      : await write(work, { ...planned, epoch });
  if (options.manifest !== undefined)
    await writeOutput(options.manifest, shrinkManifestJson(shrinkManifest(image, plan)));
  return report;
}

/** A pattern that keeps nothing is mistyped, more often than not. */
function noteIdlePatterns({ options, read, environment }: Work): void {
  const idle = new Map(options.keep.map((pattern) => [pattern, matchPaths([pattern])]));
  for (const { entry } of idle.size === 0 ? [] : read.root.entries()) {
    for (const [pattern, matches] of idle) if (matches(entry.path)) idle.delete(pattern);
  }
  for (const pattern of idle.keys())
    environment.progress.note(
      `--keep ${pattern} matches no file${pattern.includes('/') && !pattern.startsWith('**/') ? `; one with a slash begins at the root: **/${pattern.replace(/^\/+/, '')} does not` : ''}`,
    );
}

interface Planned {
  readonly plan: ShrinkPlan;
  readonly entries: Study['entries'];
}

/** What is to be done; of the study only the entries are kept, as the rest would take its memory while layers are written. */
async function planOf(work: Work): Promise<Planned> {
  const { options, image, read, layers, passes, traced, baseLayerCount } = work;
  const { root } = read;
  const { signal } = work.environment;
  const { distributions } = read;
  const study = await studyLayers({
    image,
    root,
    distributions,
    baseLayerCount,
    layers,
    withLoadedLibraries: passes.some((pass) => pass.needsLoadedLibraries === true),
    signal,
  });
  const plan = planShrink({
    root,
    config: image.config,
    distributions,
    inventory: read.side.inventory,
    study,
    baseLayerCount,
    passes,
    traced,
    isKept: matchPaths(options.keep),
  });
  return { plan, entries: study.entries };
}

async function write(
  work: Work,
  { plan, entries, epoch }: Planned & { readonly epoch: number | undefined },
): Promise<ShrinkReport> {
  const { options, environment, image, layers, read, baseLayerCount } = work;
  const { progress, signal } = environment;
  const { compression } = options;
  const written = await writeLayers({ image, plan, entries, layers, compression, progress, signal });
  const done = new Set(plan.edits.map(({ pass }) => pass));
  const shrunk = shrunkImage({ image, baseLayerCount, written, passes: [...done], sourceDateEpoch: epoch });
  const { destination } = options;
  if (destination === undefined) throw new Error('there is no destination');
  await writeDestination(shrunk, destination, { tag: options.tag, signal });
  const output = { destination: `${destination.kind}:${destination.path}`, digest: shrunk.digest };
  return shrinkReport({ ...work, root: read.root, plan, written, output });
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
