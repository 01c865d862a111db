import pLimit from 'p-limit';
import { type Progress, silentProgress } from '../base/index.ts';
import { AbsentLayerError, type Image, type Layer } from '../image/index.ts';
import { emptyLayerIndex, type IndexLayerOptions, indexLayer } from './index-layer.ts';
import type { LayerIndex } from './layer-index.ts';
import type { RootFileSystem } from './root-file-system.ts';
import { stackLayers } from './stack-layers.ts';

/** How an image is indexed. */
export interface IndexImageOptions extends IndexLayerOptions {
  readonly progress?: Progress;
}

/** An image with what the container sees of it. */
export interface IndexedImage {
  readonly image: Image;
  readonly root: RootFileSystem;
  /** Foreign layers whose bytes the source does not hold; they count as empty. */
  readonly absentLayers: readonly Layer[];
}

/** Two at a time: decompression keeps a processor busy, and most machines have two to spare. */
const layersAtOnce = 2;

/** Indexes every layer of an image, a repeated one once, and stacks them. */
export async function indexImage(image: Image, options: IndexImageOptions = {}): Promise<IndexedImage> {
  const task = (options.progress ?? silentProgress).start(`reading ${image.name}`, knownTotal(image.layers));
  const absentLayers: Layer[] = [];
  const abort = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, abort.signal]) : abort.signal;
  const read = async (layer: Layer): Promise<LayerIndex> => {
    try {
      return await indexLayer(layer, {
        ...options,
        signal,
        onBytes(sizeBytes) {
          task.advance(sizeBytes);
          options.onBytes?.(sizeBytes);
        },
      });
    } catch (error) {
      if (!(error instanceof AbsentLayerError)) throw error;
      absentLayers.push(layer);
      return emptyLayerIndex(layer.diffId);
    }
  };
  const limit = pLimit(layersAtOnce);
  const distinct = new Map(image.layers.map((layer) => [layer.diffId, layer]));
  // The largest first, so that none is left alone at the end.
  const order = [...distinct].sort(([, one], [, other]) => other.sizeBytes - one.sizeBytes);
  try {
    const indexes = new Map(
      await Promise.all(
        order.map(([diffId, layer]) =>
          limit(async (): Promise<[string, LayerIndex]> => [diffId, await read(layer)]),
        ),
      ),
    );
    const layers = image.layers.map((layer) => indexes.get(layer.diffId) ?? emptyLayerIndex(layer.diffId));
    return { image, root: stackLayers(layers), absentLayers };
  } finally {
    // One layer that fails stops the other.
    abort.abort();
    limit.clearQueue();
    task.done();
  }
}

/** The bytes to be read, where the stored sizes tell them: compressed layers do not. */
function knownTotal(layers: readonly Layer[]): number | undefined {
  if (!layers.every((layer) => layer.mediaType.endsWith('.tar'))) return undefined;
  const distinct = new Map(layers.map((layer) => [layer.diffId, layer.sizeBytes]));
  return [...distinct.values()].reduce((sum, sizeBytes) => sum + sizeBytes, 0);
}
