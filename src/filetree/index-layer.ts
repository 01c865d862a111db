import { UserError } from '../base/index.ts';
import type { Layer } from '../image/index.ts';
import { readTar, type TarBodySink, type TarEntry, TarError } from '../tar/index.ts';
import { contentSink } from './content-sink.ts';
import { cachePath, readCachedColumns, writeCachedColumns } from './index-cache.ts';
import { type LayerColumns, LayerColumnsBuilder, layerIndexOf } from './layer-columns.ts';
import type { LayerEntry, LayerIndex } from './layer-index.ts';
import { layerPath, whiteoutOf } from './layer-path.ts';

/** Which files' contents are kept while a layer streams by. */
export interface Capture {
  /** Names the rule in the cache: two rules that choose differently need different keys. */
  readonly key: string;
  /** True for a file whose content is wanted. */
  wants(path: string, sizeBytes: number): boolean;
  /** Files above this are never kept, in bytes. Default 8 MiB. */
  readonly maxBytes?: number;
}

/** How a layer is indexed. */
export interface IndexLayerOptions {
  readonly capture?: Capture;
  /** Where indexes are kept between runs; nothing is kept without it. */
  readonly cacheDir?: string;
  /** Part of the cache's key: change it when what is captured, or what is made of it, changes. */
  readonly analyserVersion?: string;
  /** Hash every file's content (sha256); costs about as much time again as reading. */
  readonly withHashes?: boolean;
  /** Called with the length of every chunk of the uncompressed layer. */
  readonly onBytes?: (sizeBytes: number) => void;
  /** The most entries that a layer may have. Default 10,000,000. */
  readonly maxEntries?: number;
  readonly signal?: AbortSignal;
}

/**
 * Reads a layer once, as a stream, into a compact index, or takes it from the cache. Throws a `UserError` that names the layer
 * when it cannot be read to its end, so that there is never an index of half a layer.
 */
export async function indexLayer(layer: Layer, options: IndexLayerOptions = {}): Promise<LayerIndex> {
  const path =
    options.cacheDir === undefined
      ? undefined
      : cachePath(options.cacheDir, {
          diffId: layer.diffId,
          analyserVersion: options.analyserVersion ?? '',
          captureKey: options.capture === undefined ? '' : captureKey(options.capture),
          isHashed: options.withHashes === true,
        });
  const cached = path === undefined ? undefined : await readCachedColumns(path, layer.diffId);
  if (cached !== undefined) return layerIndexOf(cached);
  const columns = await readColumns(layer, options);
  if (path !== undefined) await writeCachedColumns(path, columns);
  return layerIndexOf(columns);
}

/** An index of a layer whose bytes are not to be had: without entries. */
export function emptyLayerIndex(diffId: string): LayerIndex {
  return layerIndexOf(new LayerColumnsBuilder().finish({ diffId, tarBytes: 0, isHashed: false }));
}

const defaultMaxBytes = 8 * 1024 * 1024;
const defaultMaxEntries = 10_000_000;

function captureKey(capture: Capture): string {
  return `${capture.key}\0${capture.maxBytes ?? defaultMaxBytes}`;
}

async function readColumns(layer: Layer, options: IndexLayerOptions): Promise<LayerColumns> {
  const builder = new LayerColumnsBuilder();
  const stream = await layer.uncompressed();
  try {
    const tarBytes = await readTar(stream, {
      // The diffID proves that nothing is missing.
      isEndMarkerOptional: true,
      onEntry: (entry) => addEntry(builder, entry, options),
      ...(options.onBytes && { onBytes: options.onBytes }),
      ...(options.signal && { signal: options.signal }),
    });
    return builder.finish({ diffId: layer.diffId, tarBytes, isHashed: options.withHashes === true });
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    throw new UserError(`layer ${layer.digest}: ${error.message}`, {
      ...(error.hint !== undefined && { hint: error.hint }),
      cause: error,
    });
  } finally {
    stream.destroy();
  }
}

function addEntry(
  builder: LayerColumnsBuilder,
  entry: TarEntry,
  options: IndexLayerOptions,
): TarBodySink | undefined {
  const found = layerEntry(entry);
  const position = builder.add(found);
  const limit = options.maxEntries ?? defaultMaxEntries;
  if (position >= limit) {
    throw new UserError(`a layer has more than ${limit} entries`, {
      hint: 'No container image has so many files: the layer is damaged, or made to do harm.',
    });
  }
  if (found.type !== 'file') return undefined;
  const { capture, withHashes } = options;
  const realBytes = entry.sparse?.realBytes ?? entry.sizeBytes;
  const isCaptured =
    capture?.wants(found.path, realBytes) === true && realBytes <= (capture.maxBytes ?? defaultMaxBytes);
  if (!isCaptured && withHashes !== true) return undefined;
  return contentSink(entry, {
    ...(isCaptured && { onContent: (content) => builder.setContent(found.path, content) }),
    ...(withHashes === true && { onHash: (hash) => builder.setHash(position, hash) }),
  });
}

function layerEntry(entry: TarEntry): LayerEntry {
  const path = layerPath(entry.path);
  const whiteout = whiteoutOf(path);
  const linkTarget = entry.type === 'hardlink' ? layerPath(entry.linkPath) : entry.linkPath;
  return {
    path: whiteout?.path ?? path,
    type: whiteout?.type ?? entry.type,
    sizeBytes: entry.sizeBytes,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    mtimeSeconds: entry.mtimeSeconds,
    ...((entry.type === 'hardlink' || entry.type === 'symlink') && { linkTarget }),
  };
}
