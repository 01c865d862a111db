import { silentProgress } from '../base/index.ts';
import { type Image, type Platform, parseImageSpec } from '../image/index.ts';
import type { EngineKind } from './engine-named.ts';
import type { CliEnvironment } from './environment.ts';
import { ForgottenLayerError, recallImage, rememberImage } from './image-snapshot.ts';
import { lateImage } from './late-image.ts';
import { engineFor, isInFile, type OpenSourceOptions, openSource, unlessUserError } from './open-source.ts';
import { type ReadImage, type ReadImageOptions, readOpened } from './read-opened.ts';

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
  const held = await heldImage(name, environment, options);
  const known = await recallWanted(held, environment, options);
  if (known !== undefined) {
    try {
      return await options.use(known, async () => await readOpened(known, environment, options));
    } catch (error) {
      if (!(error instanceof ForgottenLayerError)) throw error;
    }
  }
  const image = await openSource(name, environment, options);
  try {
    const result = await options.use(image, async () => await readOpened(image, environment, options));
    if (held !== undefined) await rememberImage(environment.cacheDir, held.imageId, image);
    return result;
  } finally {
    await image.close();
  }
}

/** How an image is read that stays open. */
export interface ReadOpenOptions extends ReadImageOptions {
  /** Looks at the image before its layers are read, and gives the view of it that is. */
  readonly prepare?: (image: Image) => Promise<Image>;
}

/** An image that was read, and that is open still. */
export interface OpenRead {
  readonly read: ReadImage;
  readonly image: Image;
}

/** As `readImage`, with the image left open for whoever reads its files afterwards: close it in the end. */
export async function readOpenImage(
  name: string,
  environment: CliEnvironment,
  { prepare = async (image) => image, ...options }: ReadOpenOptions = {},
): Promise<OpenRead> {
  const source = await openSource(name, environment, options);
  try {
    const image = await prepare(source);
    return { read: await readOpened(image, environment, options), image };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** As `readOpenImage`, but an engine's image that was read before is saved only once bytes of a file are asked for. */
export async function readLateImage(
  name: string,
  environment: CliEnvironment,
  options: ReadImageOptions = {},
): Promise<OpenRead> {
  const held = await heldImage(name, environment, options);
  const known = await recallWanted(held, environment, options);
  if (known !== undefined) {
    const open = async (signal: AbortSignal): Promise<Image> =>
      await openQuietly(name, environment, { ...options, signal });
    try {
      return { read: await readOpened(known, environment, options), image: lateImage(known, open) };
    } catch (error) {
      if (!(error instanceof ForgottenLayerError)) throw error;
    }
  }
  const opened = await readOpenImage(name, environment, options);
  if (held !== undefined) await rememberImage(environment.cacheDir, held.imageId, opened.image);
  return opened;
}

/** While something else has the screen, no progress is shown. */
async function openQuietly(
  name: string,
  environment: CliEnvironment,
  { signal, ...options }: OpenSourceOptions & { readonly signal: AbortSignal },
): Promise<Image> {
  const either = AbortSignal.any([environment.signal, signal]);
  return await openSource(name, { ...environment, progress: silentProgress, signal: either }, options);
}

/** An image in an engine: its ID, and the name that it was asked for by. */
interface HeldImage {
  readonly imageId: string;
  readonly name: string;
}

async function recallWanted(
  held: HeldImage | undefined,
  { cacheDir }: CliEnvironment,
  { platform }: OpenSourceOptions,
): Promise<Image | undefined> {
  const known = held === undefined ? undefined : await recallImage(cacheDir, held);
  return known !== undefined && isWanted(known.platform, platform) ? known : undefined;
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

/** The image of `docker:REF` and `podman:REF`, and of a bare reference that names no file and that the engine holds; undefined for other sources. */
async function heldImage(
  name: string,
  environment: CliEnvironment,
  options: OpenSourceOptions,
): Promise<HeldImage | undefined> {
  const spec = parseImageSpec(name);
  const bareEngine = options.engine?.name === 'podman' ? 'podman' : 'docker';
  const idIn = async (kind: EngineKind, reference: string): Promise<HeldImage | undefined> => {
    const engine = await engineFor(kind, environment, options.engine);
    const imageId = (await engine.inspect(reference))?.id;
    return imageId === undefined ? undefined : { imageId, name: reference };
  };
  if (spec.kind === 'docker' || spec.kind === 'podman') return await idIn(spec.kind, spec.reference);
  if (spec.kind !== 'bare' || isInFile(spec.text)) return undefined;
  // Without an engine the registry is asked.
  return await unlessUserError(async () => await idIn(bareEngine, spec.text));
}
