import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import pLimit from 'p-limit';
import { ownChunk, type Progress } from '../../base/index.ts';
import { chooseImage, type ImageWish } from '../choose-image.ts';
import { layerInstructions, parseConfig } from '../config.ts';
import type { Image, ImageConfig, Layer } from '../image.ts';
import { storedLayer } from '../layer.ts';
import type { BlockOpener } from '../read-blocks.ts';
import { containersImage } from './containers-storage.ts';
import { dockerImage } from './docker-storage.ts';
import type { EngineStorage, StorageImage, StorageKind } from './engine-storage.ts';
import { openSplitLayer, type SplitLayer, type SplitLayerOptions } from './split-layer.ts';

/** An image in a storage, and what it is called. */
export interface StoredImage {
  readonly storage: EngineStorage;
  /** `sha256:…`. */
  readonly imageId: string;
  /** How a person names it. */
  readonly name: string;
  /** How errors name it: `app:1 in docker`. */
  readonly title: string;
}

const finders: Readonly<Record<StorageKind, (root: string, imageId: string) => Promise<StorageImage>>> = {
  'docker-overlay2': dockerImage,
  'containers-overlay': containersImage,
};

/** Tar-split files are unpacked beside the reading of others. */
const layersAtOnce = 2;

/**
 * Opens an image where its engine keeps it. Undefined where this user may not read there, or not all is as the engine stores it: then the
 * engine is to be asked. Throws a `UserError` where it is not for the platform that is asked for.
 */
export async function openStorageImage(
  stored: StoredImage,
  wish: ImageWish,
  options: SplitLayerOptions & { readonly progress: Progress },
): Promise<Image | undefined> {
  const opened = await openAll(stored, options);
  if (opened === undefined) return undefined;
  const close = async (): Promise<void> => await closeAll(opened.layers);
  try {
    const config = parseConfig(opened.found.config.toString(), `the configuration of ${stored.title}`);
    chooseImage([{ names: [], platform: config.platform, digest: stored.imageId }], wish, stored.title);
    return {
      name: stored.name,
      platform: config.platform,
      digest: stored.imageId,
      config,
      documents: { config: opened.found.config.toString() },
      layers: layersOf(config, opened.layers, stored.title),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface OpenedStorage {
  readonly found: StorageImage;
  readonly layers: readonly SplitLayer[];
}

async function openAll(
  { storage, imageId, title }: StoredImage,
  { progress, ...options }: SplitLayerOptions & { readonly progress: Progress },
): Promise<OpenedStorage | undefined> {
  // Files are reached from their folders by way of it.
  if (!existsSync('/proc/self/fd')) return undefined;
  const task = progress.start(`finding the layers of ${title}`);
  const limit = pLimit(layersAtOnce);
  try {
    const found = await finders[storage.kind](storage.root, imageId);
    const opening = found.layers.map((layer) => limit(async () => await openSplitLayer(layer, options)));
    const settled = await Promise.allSettled(opening);
    const layers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (layers.length === found.layers.length) return { found, layers };
    await closeAll(layers);
    options.signal?.throwIfAborted();
    return undefined;
  } catch {
    options.signal?.throwIfAborted();
    return undefined;
  } finally {
    task.done();
  }
}

async function closeAll(layers: readonly SplitLayer[]): Promise<void> {
  await Promise.all(layers.map(async (layer) => await layer.close()));
}

const hint =
  'What the engine stores is damaged, or was removed meanwhile: pull or build the image again (PLIMSOLL_ENGINE_READ=save has the engine itself read it).';

function layersOf(config: ImageConfig, opened: readonly SplitLayer[], title: string): readonly Layer[] {
  const instructions = layerInstructions(config);
  return opened.map(({ pieces }, position) => {
    const diffId = config.diffIds[position] ?? '';
    return storedLayer({
      digest: diffId,
      diffId,
      mediaType: 'application/vnd.docker.image.rootfs.diff.tar',
      sizeBytes: pieces.place.sizeBytes,
      createdBy: instructions[position],
      urls: [],
      title: `layer ${position + 1} of ${opened.length} in ${title}`,
      open: async () => blockStream(pieces.blocks()),
      pieces,
      hint,
    });
  });
}

const chunkBytes = 512 * 1024;

/** Bytes as a stream with large chunks, whose memory `releaseChunk` gives back. */
function blockStream(blocks: BlockOpener): Readable {
  let reading: Promise<Buffer | null> = Promise.resolve(null);
  const next = async (): Promise<Buffer | null> => {
    const chunk = ownChunk(chunkBytes);
    const filled = await blocks.fill(chunk);
    return filled === 0 ? null : chunk.subarray(0, filled);
  };
  return new Readable({
    read() {
      reading = next();
      reading.then(
        (chunk) => this.push(chunk),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, done) {
      // Files are closed once nobody reads from them.
      reading
        .catch(() => null)
        .then(async () => await blocks.close())
        .then(() => done(error), done);
    },
  });
}
