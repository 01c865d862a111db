import { assumedGzipBytesPerSecond, type LayerMeasure } from '../compare/index.ts';
import type { RootFileSystem } from '../filetree/index.ts';
import { type Image, type Layer, measureGzip } from '../image/index.ts';
import type { CliEnvironment } from './environment.ts';
import { measureCacheDir, rememberedEstimate } from './layer-compression.ts';
import { readLayerMeasure, writeLayerMeasure } from './measure-cache.ts';

/** What is known of an image's layers before they are measured. */
export interface MeasureRequest {
  readonly root: RootFileSystem;
  readonly absentLayers: readonly Layer[];
  /** An estimate from another time will do where there is one: an engine's image need not be saved again for it. */
  readonly mayEstimate?: boolean;
}

/**
 * Compresses each layer as `docker push` would, once for each diffID ever. One that is stored
 * compressed, here or with its publisher, is pushed and pulled as it is.
 */
export async function measureLayers(
  image: Pick<Image, 'layers'>,
  { root, absentLayers, mayEstimate }: MeasureRequest,
  environment: Pick<CliEnvironment, 'cacheDir' | 'progress' | 'signal'>,
): Promise<LayerMeasure[]> {
  const measures: LayerMeasure[] = [];
  for (const [position, layer] of image.layers.entries()) {
    const tarBytes = root.layers[position]?.tarBytes ?? 0;
    const isAbsent = absentLayers.some(({ diffId }) => diffId === layer.diffId);
    if (isAbsent || layer.sizeBytes < tarBytes) {
      measures.push({ compressedBytes: layer.sizeBytes, compressSeconds: 0, isSampled: false });
      continue;
    }
    const known = await knownMeasure(layer, tarBytes, { cacheDir: environment.cacheDir, mayEstimate });
    const title = `measuring the compression of layer ${position + 1} of ${image.layers.length}`;
    measures.push(known ?? (await measureLayer(layer, { title, tarBytes }, environment)));
  }
  return measures;
}

async function knownMeasure(
  layer: Layer,
  tarBytes: number,
  { cacheDir, mayEstimate }: { readonly cacheDir: string; readonly mayEstimate: boolean | undefined },
): Promise<LayerMeasure | undefined> {
  const measured = await readLayerMeasure(measureCacheDir(cacheDir), layer.diffId);
  if (measured !== undefined || mayEstimate !== true) return measured;
  const estimate = await rememberedEstimate(layer, cacheDir);
  return (
    estimate && { ...estimate, compressSeconds: tarBytes / assumedGzipBytesPerSecond, isEstimated: true }
  );
}

async function measureLayer(
  layer: Layer,
  { title, tarBytes }: { readonly title: string; readonly tarBytes: number },
  { cacheDir, progress, signal }: Pick<CliEnvironment, 'cacheDir' | 'progress' | 'signal'>,
): Promise<LayerMeasure> {
  const task = progress.start(title);
  const { compressedBytes, compressSeconds, isSampled } = await measureGzip(() => layer.uncompressed(), {
    expectedBytes: tarBytes,
    sampleBytes: 96 * 1024 * 1024,
    signal,
  });
  task.done();
  const measure = { compressedBytes, compressSeconds, isSampled };
  await writeLayerMeasure(measureCacheDir(cacheDir), layer.diffId, measure);
  return measure;
}
