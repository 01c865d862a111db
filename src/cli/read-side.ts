import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LayerCompression } from '../audit/index.ts';
import { UserError } from '../base/index.ts';
import type { ImageSide } from '../compare/index.ts';
import { findDistroPackages, ownerIndex } from '../distro/index.ts';
import type { Engine } from '../engines/index.ts';
import {
  type Capture,
  type DuplicateGroup,
  findDuplicates,
  indexImage,
  type RootFileSystem,
} from '../filetree/index.ts';
import {
  findBase,
  type Image,
  type Layer,
  openImage,
  type Platform,
  parseImageSpec,
} from '../image/index.ts';
import { findDistributions, type InstalledDistribution } from '../python/index.ts';
import { type EngineKind, engineNamed } from './engine-named.ts';
import type { CliEnvironment } from './environment.ts';
import { ForgottenLayerError, recallImage, rememberImage } from './image-snapshot.ts';
import { inventoryCapture } from './inventory-capture.ts';
import { compressionOf } from './layer-compression.ts';
import { measureLayers } from './measure-layers.ts';

/** An image that was read whole: what the features need, after its source is closed. */
export interface ReadImage {
  readonly image: Pick<Image, 'name' | 'digest' | 'platform' | 'config' | 'layers'>;
  readonly root: RootFileSystem;
  readonly side: ImageSide;
  readonly distributions: readonly InstalledDistribution[];
  /** Foreign layers whose bytes the source does not hold; they count as empty. */
  readonly absentLayers: readonly Layer[];
  /** Present where they were asked for. */
  readonly duplicates?: readonly DuplicateGroup[];
  /** Present where it was asked for. */
  readonly compressed?: readonly (LayerCompression | undefined)[];
}

/** What reading needs besides the image's name. */
export interface ReadImageOptions {
  readonly platform?: Platform | undefined;
  /** The engine that saves `docker:` and `podman:` images; one is looked for when it is absent and needed. */
  readonly engine?: Engine | undefined;
  readonly baseLayerCount?: number | undefined;
  /** What to call it in tables; the source's own name when absent. */
  readonly name?: string;
  /** Hash the content of every file, which takes about as long again as reading; indexes with hashes are cached apart. */
  readonly withHashes?: boolean | undefined;
  /** False where nobody asks for compressed sizes, whose measuring takes its time; `side.measures` is empty then. */
  readonly withMeasures?: boolean;
  /** An estimate of compressed sizes from another time will do. */
  readonly mayEstimate?: boolean;
  /** Find the files with equal content; only files that may have any are read for it. */
  readonly withDuplicates?: boolean;
  /** Estimate what gzip makes of uncompressed layers. */
  readonly withCompression?: boolean;
  /** Read every byte of uncompressed layers and verify it; compressed ones always are. */
  readonly verifyDigests?: boolean;
  /** What is kept of the files' contents; the inventory when absent. A thread must know it, too (`layer-thread.ts`). */
  readonly capture?: Capture;
  /** Keep the tree in little memory: see `StackOptions`. */
  readonly forgetsEntries?: boolean;
  /** Talk to registries without TLS, or with certificates that nobody vouches for. */
  readonly isInsecure?: boolean;
  /** A PEM file of authorities that registries may be vouched for by. */
  readonly authorityFile?: string | undefined;
}

/** Bumped when what is captured of a layer, or what is read out of it, changes. */
const analyserVersion = '6';

/** Opens an image of any source, indexes its layers (cached), measures their compressed size (cached), and closes it. */
export async function readImage(
  name: string,
  environment: CliEnvironment,
  options: ReadImageOptions = {},
): Promise<ReadImage> {
  return await withImage(name, environment, { ...options, use: async (_image, read) => await read() });
}

/** What is done with an image while its source is open. */
export interface UseImageOptions<Result> extends ReadImageOptions {
  /** Looks at the image and reads its layers if it must; called once more where a remembered layer turns out to be lost. */
  readonly use: (image: Image, read: () => Promise<ReadImage>) => Promise<Result>;
}

/** Opens an image of any source, or takes an engine's image from memory, and closes it after use. */
export async function withImage<Result>(
  name: string,
  environment: CliEnvironment,
  options: UseImageOptions<Result>,
): Promise<Result> {
  const bareEngine = options.engine?.name === 'podman' ? 'podman' : 'docker';
  const imageId = await imageIdOf(name, bareEngine, (kind) => engineFor(kind, environment, options.engine));
  const known = imageId === undefined ? undefined : await recallImage(environment.cacheDir, imageId);
  if (known !== undefined && isWanted(known.platform, options.platform)) {
    try {
      return await options.use(known, async () => await readOpened(known, environment, options));
    } catch (error) {
      if (!(error instanceof ForgottenLayerError)) throw error;
    }
  }
  const image = await openSource(name, environment, options);
  try {
    const result = await options.use(image, async () => await readOpened(image, environment, options));
    if (imageId !== undefined) await rememberImage(environment.cacheDir, imageId, image);
    return result;
  } finally {
    await image.close();
  }
}

/** An image's configuration alone: an engine is asked for it, and of other sources no layer is read. */
export async function readImageConfig(
  name: string,
  environment: CliEnvironment,
  options: ReadImageOptions = {},
): Promise<Image['config']> {
  const spec = parseImageSpec(name);
  if (spec.kind === 'docker' || spec.kind === 'podman') {
    const engine = await engineFor(spec.kind, environment, options.engine);
    const found = await engine.inspect(spec.reference);
    if (found !== undefined) return found.config;
    throw new UserError(`${engine.name} holds no image ${spec.reference}.`, {
      hint: 'Pull it, or name another.',
    });
  }
  const image = await openSource(name, environment, options);
  await image.close();
  return image.config;
}

/** How an image is read that stays open. */
export interface ReadOpenOptions extends ReadImageOptions {
  /** Looks at the image before its layers are read, and gives the view of it that is. */
  readonly prepare?: (image: Image) => Promise<Image>;
}

/** As `readImage`, with the image left open for whoever reads its files afterwards: close it in the end. */
export async function readOpenImage(
  name: string,
  environment: CliEnvironment,
  { prepare = async (image) => image, ...options }: ReadOpenOptions = {},
): Promise<{ readonly read: ReadImage; readonly image: Image }> {
  const source = await openSource(name, environment, options);
  try {
    const image = await prepare(source);
    return { read: await readOpened(image, environment, options), image };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** False lets the source say what it has in place of the platform. */
function isWanted(known: Platform, wanted: Platform | undefined): boolean {
  return (
    wanted === undefined ||
    (known.os === wanted.os &&
      known.architecture === wanted.architecture &&
      (wanted.variant === undefined || wanted.variant === known.variant))
  );
}

/**
 * The engine's ID of `docker:REF` and `podman:REF`, and of a bare reference that names no file and that the engine holds;
 * undefined for other sources.
 */
async function imageIdOf(
  name: string,
  bareEngine: EngineKind,
  engineOf: (kind: EngineKind) => Promise<Engine>,
): Promise<string | undefined> {
  const spec = parseImageSpec(name);
  const idIn = async (kind: EngineKind, reference: string): Promise<string | undefined> =>
    (await (await engineOf(kind)).inspect(reference))?.id;
  if (spec.kind === 'docker' || spec.kind === 'podman') return await idIn(spec.kind, spec.reference);
  if (spec.kind !== 'bare' || isInFile(spec.text)) return undefined;
  // Without an engine the registry is asked.
  return await unlessUserError(async () => await idIn(bareEngine, spec.text));
}

async function unlessUserError<Result>(run: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** A file or a layout, also with a tag behind it, goes before an engine's image of that name. */
export function isInFile(text: string): boolean {
  const parts = text.split(':');
  return parts.some((_, last) => existsSync(parts.slice(0, last + 1).join(':')));
}

async function engineFor(
  kind: EngineKind,
  environment: CliEnvironment,
  given: Engine | undefined,
): Promise<Engine> {
  const isGiven = given !== undefined && (kind === 'docker') === (given.name === 'docker');
  return isGiven ? given : engineNamed(kind, environment);
}

async function openSource(
  name: string,
  environment: CliEnvironment,
  options: ReadImageOptions,
): Promise<Image> {
  const { progress, signal, cacheDir } = environment;
  const engineOf = (kind: EngineKind): Promise<Engine> => engineFor(kind, environment, options.engine);
  return openImage(name, {
    ...(options.platform === undefined ? {} : { platform: options.platform }),
    engineSave: async (kind, reference, path) => {
      await (await engineOf(kind)).save(reference, path, progress, signal);
    },
    engineHolds: async (kind, reference) => {
      const engine = await unlessUserError(async () => await engineOf(kind));
      return engine && (await engine.inspect(reference)) !== undefined;
    },
    registry: {
      environment: environment.variables,
      homeDir: environment.homeDir,
      insecure: options.isInsecure === true,
      authorityFile: options.authorityFile,
      manifestDir: join(cacheDir, 'manifests'),
    },
    cacheDir,
    ...(options.engine?.name === 'podman' ? { defaultEngine: 'podman' } : {}),
    temporaryDir: join(cacheDir, 'tmp'),
    progress,
    signal,
  });
}

async function readOpened(
  image: Image,
  environment: CliEnvironment,
  options: ReadImageOptions,
): Promise<ReadImage> {
  const { progress, signal, cacheDir } = environment;
  const reading = {
    // What was read before under the same digests proves nothing about the bytes at hand.
    ...(options.verifyDigests === true ? { verifyDigests: true } : { cacheDir: join(cacheDir, 'layers') }),
    signal,
  };
  // Other threads compress while this one reads.
  const compressing = options.withCompression === true ? compressionOf(image, cacheDir) : undefined;
  // A failure is told where the result is waited for, unless the reading fails before.
  compressing?.catch(() => {});
  const { root, kept, absentLayers } = await indexImage(image, {
    ...reading,
    analyserVersion,
    capture: options.capture ?? inventoryCapture,
    threadModule: new URL('./layer-thread.ts', import.meta.url),
    ...(options.withHashes === true && { withHashes: true }),
    forgetsEntries: options.forgetsEntries,
    progress,
  });
  for (const layer of absentLayers) noteAbsent(layer, image, environment);
  const duplicates = options.withDuplicates === true ? await findDuplicates(image, root, reading) : undefined;
  const compressed = await compressing;
  const measures =
    options.withMeasures === false
      ? []
      : await measureLayers(
          image,
          { root, absentLayers, mayEstimate: options.mayEstimate === true },
          environment,
        );
  const distributions = findDistributions(root);
  const distributionOwner = ownerIndex(distributions);
  const inventory = findDistroPackages(root, {
    isOfDistribution: (path) => distributionOwner(path) !== undefined,
  });
  await kept;
  const { name, digest, platform, config, layers } = image;
  return {
    image: { name, digest, platform, config, layers },
    root,
    distributions,
    absentLayers,
    ...(duplicates && { duplicates }),
    ...(compressed && { compressed }),
    side: {
      kind: 'image',
      name: options.name ?? name,
      layers,
      root,
      inventory,
      distributions,
      measures,
      baseLayerCount: options.baseLayerCount ?? findBase({ image })?.layerCount ?? 0,
    },
  };
}

function noteAbsent({ diffId, urls }: Layer, image: Image, { progress }: CliEnvironment): void {
  const position = image.layers.findIndex((layer) => layer.diffId === diffId);
  progress.note(
    `${image.name} does not hold its layer ${position}, which counts as empty; it is at ${(urls ?? []).join(', ')}`,
  );
}
