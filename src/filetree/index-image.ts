import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { type Progress, silentProgress, type UserError } from '../base/index.ts';
import { AbsentLayerError, type FileLayer, type Image, type Layer } from '../image/index.ts';
import { countImage, ExcessError, type ImageCount, type ImageLimits, nameExcess } from './image-limits.ts';
import { cachedColumns, emptyLayerIndex, type FreshColumns, freshColumns } from './index-layer.ts';
import type { IndexLayerOptions } from './index-layer-options.ts';
import { type LayerColumns, layerIndexOf } from './layer-columns.ts';
import type { LayerIndex } from './layer-index.ts';
import { type LayerThreads, layerThreads } from './layer-threads.ts';
import type { RootFileSystem } from './root-file-system.ts';
import type { StackOptions } from './show-root.ts';
import { stackLayers } from './stack-layers.ts';

/** How an image is indexed. */
export interface IndexImageOptions extends IndexLayerOptions, ImageLimits, StackOptions {
  readonly progress?: Progress;
  /**
   * A module that calls `serveLayers`, with the `capture` of these options among its captures: layers that lie in files
   * are then read by several threads, one a processor, where there is enough of them. All on this thread when absent.
   */
  readonly threadModule?: URL;
}

/** An image with what the container sees of it. */
export interface IndexedImage {
  readonly image: Image;
  readonly root: RootFileSystem;
  /** Foreign layers whose bytes the source does not hold; they count as empty. */
  readonly absentLayers: readonly Layer[];
  /** Settles when the indexes that were made lie in the cache: wait for it before the process ends. Never rejects. */
  readonly kept: Promise<void>;
}

/** Two at a time on one thread: decompression keeps another processor busy. */
const layersAtOnce = 2;

/** What a second thread must take over to be worth its start, in compressed bytes. */
const threadFromBytes = 32 * 1024 * 1024;

/** Of an uncompressed layer little more than the headers is read: so many of its bytes cost as much as a compressed one. */
const plainDiscount = 8;

/** More threads than this wait for the memory. */
const mostThreads = 8;

/** Indexes every layer of an image, a repeated one once, and stacks them. */
export async function indexImage(image: Image, options: IndexImageOptions = {}): Promise<IndexedImage> {
  const { progress, threadModule, maxImageBytes, maxImageEntries, forgetsEntries, ...reading } = options;
  const most = options.maxCharacters === undefined ? {} : { maxCharacters: options.maxCharacters };
  const task = (progress ?? silentProgress).start(`reading ${image.name}`, knownTotal(image.layers));
  const abort = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, abort.signal]) : abort.signal;
  const count = countImage(image.name, {
    ...(maxImageBytes !== undefined && { maxImageBytes }),
    ...(maxImageEntries !== undefined && { maxImageEntries }),
    ...most,
  });
  let excess: UserError | undefined;
  try {
    const found = await findColumns(image, count, {
      ...reading,
      ...(threadModule && { threadModule }),
      signal,
      onBytes: (sizeBytes) => {
        task.advance(sizeBytes);
        options.onBytes?.(sizeBytes);
        excess ??= count.addBytes(sizeBytes);
        if (excess !== undefined) abort.abort(excess);
      },
    });
    // The last bytes may have come when there was nothing left to stop.
    if (excess !== undefined) throw excess;
    const layers = image.layers.map(({ diffId }) => found.indexes.get(diffId) ?? emptyLayerIndex(diffId));
    const { absentLayers, kept } = found;
    return { image, root: stackLayers(layers, { forgetsEntries, ...most }), absentLayers, kept };
  } catch (error) {
    if (error instanceof ExcessError) throw nameExcess(image.name, error);
    throw excess ?? error;
  } finally {
    // One layer that fails stops the others.
    abort.abort();
    task.done();
  }
}

interface FoundColumns {
  readonly indexes: ReadonlyMap<string, LayerIndex>;
  readonly absentLayers: readonly Layer[];
  readonly kept: Promise<void>;
}

/** The index of each layer by its diffID, from the cache or fresh. */
async function findColumns(
  image: Image,
  count: ImageCount,
  { threadModule, ...options }: Omit<IndexImageOptions, 'progress'>,
): Promise<FoundColumns> {
  const distinct = [...new Map(image.layers.map((layer) => [layer.diffId, layer])).values()];
  const indexes = new Map<string, LayerIndex>();
  const absentLayers: Layer[] = [];
  const keeping: Promise<void>[] = [];
  const missing: Layer[] = [];
  const keep = (layer: Layer, columns: LayerColumns): void => {
    const excess = count.addEntries(columns.types.length) ?? count.addCharacters(charactersOf(columns));
    if (excess !== undefined) throw excess;
    indexes.set(layer.diffId, layerIndexOf(columns));
  };
  for (const layer of distinct) {
    options.signal?.throwIfAborted();
    const columns = await cachedColumns(layer, options);
    if (columns === undefined) missing.push(layer);
    else keep(layer, columns);
  }
  // The largest first, so that none is left alone at the end.
  missing.sort((one, other) => other.sizeBytes - one.sizeBytes);
  const inFiles = await layersInFiles(threadModule === undefined ? [] : missing);
  const threads = threadModule && threadsFor([...inFiles.values()], threadModule);
  const limit = pLimit(Math.max(layersAtOnce, threads === undefined ? 0 : threads.count + 1));
  const read = layerReader(options, inFiles, threads?.pool);
  try {
    await Promise.all(
      missing.map((layer) =>
        limit(async () => {
          try {
            const { columns, kept } = await read(layer);
            keep(layer, columns);
            keeping.push(kept);
          } catch (error) {
            if (!(error instanceof AbsentLayerError)) throw error;
            absentLayers.push(layer);
          }
        }),
      ),
    );
    return { indexes, absentLayers, kept: Promise.all(keeping).then(() => {}) };
  } finally {
    limit.clearQueue();
    await threads?.pool.close();
  }
}

function charactersOf({ strings }: LayerColumns): number {
  return strings.reduce((sum, text) => sum + text.length, 0);
}

interface LayerInFile {
  readonly file: FileLayer;
  /** What reading it costs, in compressed bytes. */
  readonly costBytes: number;
}

async function layersInFiles(layers: readonly Layer[]): Promise<ReadonlyMap<Layer, LayerInFile>> {
  const found = new Map<Layer, LayerInFile>();
  for (const layer of layers) {
    const file = await layer.inFile?.();
    if (file === undefined) continue;
    const isPlain = (await layer.plainTar?.()) !== undefined;
    found.set(layer, { file, costBytes: isPlain ? file.sizeBytes / plainDiscount : file.sizeBytes });
  }
  return found;
}

interface CountedThreads {
  readonly count: number;
  readonly pool: LayerThreads;
}

function threadsFor(files: readonly LayerInFile[], module: URL): CountedThreads | undefined {
  const overBytes = files.slice(1).reduce((sum, { costBytes }) => sum + costBytes, 0);
  const count = Math.min(availableParallelism(), files.length, mostThreads) - 1;
  return count < 1 || overBytes < threadFromBytes ? undefined : { count, pool: layerThreads(module, count) };
}

/** Reads a layer on this thread where that is idle, else on another one if it can be read there. */
function layerReader(
  options: IndexLayerOptions,
  inFiles: ReadonlyMap<Layer, LayerInFile>,
  threads: LayerThreads | undefined,
): (layer: Layer) => Promise<FreshColumns> {
  let readingHere = 0;
  return async (layer) => {
    options.signal?.throwIfAborted();
    const file = readingHere > 0 ? inFiles.get(layer)?.file : undefined;
    const elsewhere = file && threads?.take(file, options);
    // A thread answers when it has kept its index.
    if (elsewhere !== undefined) return { columns: await elsewhere, kept: Promise.resolve() };
    readingHere += 1;
    try {
      return await freshColumns(layer, options);
    } finally {
      readingHere -= 1;
    }
  };
}

/** The bytes to be read, where the stored sizes tell them: compressed layers do not. */
function knownTotal(layers: readonly Layer[]): number | undefined {
  if (!layers.every((layer) => layer.mediaType.endsWith('.tar'))) return undefined;
  const distinct = new Map(layers.map((layer) => [layer.diffId, layer.sizeBytes]));
  return [...distinct.values()].reduce((sum, sizeBytes) => sum + sizeBytes, 0);
}
