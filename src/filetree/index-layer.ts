import { UserError } from '../base/index.ts';
import type { Layer, PlainTar } from '../image/index.ts';
import { MissingEndError, TarError } from '../tar/index.ts';
import { lookUp, witnessOf } from './cache-place.ts';
import { ExcessError, nameExcess } from './image-limits.ts';
import { type CacheKey, cachePath, readCachedColumns, writeCachedColumns } from './index-cache.ts';
import type { IndexLayerOptions } from './index-layer-options.ts';
import { type LayerColumns, layerIndexOf } from './layer-columns.ts';
import { LayerColumnsBuilder } from './layer-columns-builder.ts';
import type { LayerIndex } from './layer-index.ts';
import { readColumns, scanColumns } from './read-columns.ts';

/**
 * Reads a layer once into a compact index, or takes it from the cache: its headers where it lies uncompressed in a file, as a
 * stream otherwise. Throws a `UserError` that names the layer when it cannot be read to its end, so that there is never an
 * index of half a layer.
 */
export async function indexLayer(layer: Layer, options: IndexLayerOptions = {}): Promise<LayerIndex> {
  options.signal?.throwIfAborted();
  const cached = await cachedColumns(layer, options);
  if (cached !== undefined) return layerIndexOf(cached);
  const { columns, kept } = await freshColumns(layer, options);
  await kept;
  return layerIndexOf(columns);
}

/** An index of a layer whose bytes are not to be had: without entries. */
export function emptyLayerIndex(diffId: string): LayerIndex {
  return layerIndexOf(
    new LayerColumnsBuilder().finish({ diffId, tarBytes: 0, storedBytes: 0, isHashed: false }),
  );
}

/** An index that was made before; undefined when there is none. */
export async function cachedColumns(
  layer: Layer,
  options: IndexLayerOptions,
): Promise<LayerColumns | undefined> {
  if (options.cacheDir === undefined) return undefined;
  const find = async (witness: string | undefined): Promise<LayerColumns | undefined> => {
    const path = placeInCache(layer, options, witness);
    const columns = path === undefined ? undefined : await readCachedColumns(path, layer.diffId);
    return columns !== undefined && (await isAsLong(layer, columns)) ? columns : undefined;
  };
  return await lookUp(layer, find, options.verifyDigests === true);
}

/** False where the file at hand is longer or shorter than what was indexed: it is read, and its error told. */
async function isAsLong(layer: Layer, { tarBytes, storedBytes }: LayerColumns): Promise<boolean> {
  const place = await layer.plainTar?.();
  if (place !== undefined) return place.sizeBytes === tarBytes;
  return layer.isUnmeasured !== true || layer.sizeBytes === storedBytes;
}

/** A layer as it was read just now. */
export interface FreshColumns {
  readonly columns: LayerColumns;
  /** Settles when the index lies in the cache, or could not be kept there; never rejects. */
  readonly kept: Promise<void>;
}

/** Reads a layer, and has its index written for the next time. Rejects as `indexLayer` does. */
export async function freshColumns(layer: Layer, options: IndexLayerOptions): Promise<FreshColumns> {
  const place = options.verifyDigests === true ? undefined : await layer.plainTar?.();
  const { columns, isVerified } = await explaining(
    layer,
    async () => await readOrScan(layer, place, options),
  );
  const path = placeInCache(layer, options, isVerified ? undefined : await witnessOf(place));
  return { columns, kept: path === undefined ? Promise.resolve() : writeCachedColumns(path, columns) };
}

interface ReadColumns {
  readonly columns: LayerColumns;
  readonly isVerified: boolean;
}

/**
 * A layer without an end marker is read whole: some engines write none, and only the digest tells whether it was cut off between
 * two files.
 */
async function readOrScan(
  layer: Layer,
  place: PlainTar | undefined,
  options: IndexLayerOptions,
): Promise<ReadColumns> {
  if (place !== undefined) {
    try {
      return { columns: await scanColumns(layer, place, options), isVerified: false };
    } catch (error) {
      if (!(error instanceof MissingEndError)) throw error;
    }
  }
  return { columns: await readColumns(layer, options), isVerified: true };
}

async function explaining<Result>(layer: Layer, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    const name = `${layer.title ?? 'layer'} (${layer.digest})`;
    if (error instanceof ExcessError) throw nameExcess(name, error);
    if (!(error instanceof TarError)) throw error;
    throw new UserError(`${name} cannot be read: ${error.message}`, {
      hint: 'The image is damaged: save or pull it again.',
      cause: error,
    });
  }
}

function placeInCache(
  layer: Layer,
  options: IndexLayerOptions,
  witness: string | undefined,
): string | undefined {
  if (options.cacheDir === undefined) return undefined;
  const { capture } = options;
  const key: CacheKey = {
    diffId: layer.diffId,
    analyserVersion: options.analyserVersion ?? '',
    captureKey:
      capture === undefined
        ? ''
        : `${capture.key}\0${capture.maxBytes ?? 'default'}\0${capture.maxTotalBytes ?? 'default'}`,
    isHashed: options.withHashes === true,
    ...(witness !== undefined && { unverifiedFile: witness }),
  };
  return cachePath(options.cacheDir, key);
}
