import { join } from 'node:path';
import type { LayerCompression } from '../audit/index.ts';
import type { LayerMeasure } from '../compare/index.ts';
import { estimateGzip, type Image, type Layer } from '../image/index.ts';
import { readLayerMeasure, writeLayerMeasure } from './measure-cache.ts';

/** Where measured compression is kept, below the cache directory. */
export function measureCacheDir(cacheDir: string): string {
  return join(cacheDir, 'gzip');
}

/** Where estimated compression is kept of layers whose bytes are not at hand the next time. */
function estimateCacheDir(cacheDir: string): string {
  return join(cacheDir, 'gzip-estimates');
}

/** What gzip makes of a layer as it was estimated before; undefined where it was not. */
export async function rememberedEstimate(
  { diffId }: Pick<Layer, 'diffId'>,
  cacheDir: string,
): Promise<LayerMeasure | undefined> {
  return await readLayerMeasure(estimateCacheDir(cacheDir), diffId);
}

/** For all layers together: an eighth of a second's work. */
const sampleBytes = 8 * 1024 * 1024;
const leastSampleBytes = 256 * 1024;

/**
 * What gzip makes of the layers that lie uncompressed in a file, lowest first: as measured before, else estimated from samples.
 * Undefined for all others.
 */
export async function compressionOf(
  { layers }: Pick<Image, 'layers'>,
  cacheDir: string,
): Promise<readonly (LayerCompression | undefined)[]> {
  const totalBytes = layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return await Promise.all(
    layers.map(async (layer) => {
      const share = totalBytes === 0 ? 0 : (sampleBytes * layer.sizeBytes) / totalBytes;
      return await layerCompression(layer, Math.max(leastSampleBytes, share), cacheDir);
    }),
  );
}

async function layerCompression(
  layer: Layer,
  mostBytes: number,
  cacheDir: string,
): Promise<LayerCompression | undefined> {
  const measured = await readLayerMeasure(measureCacheDir(cacheDir), layer.diffId);
  if (measured !== undefined) return { sizeBytes: measured.compressedBytes, isEstimated: measured.isSampled };
  const place = await layer.plainTar?.();
  if (place === undefined) {
    // A layer of an engine's image, whose bytes are not at hand any more.
    const known = await rememberedEstimate(layer, cacheDir);
    return known && { sizeBytes: known.compressedBytes, isEstimated: known.isSampled };
  }
  const sizeBytes = await estimateGzip(place, { sampleBytes: mostBytes });
  const isEstimated = place.sizeBytes > mostBytes;
  if (place.isVouchedFor) {
    const kept = { compressedBytes: sizeBytes, compressSeconds: 0, isSampled: isEstimated };
    await writeLayerMeasure(estimateCacheDir(cacheDir), layer.diffId, kept);
  }
  return { sizeBytes, isEstimated };
}
