import type { LayerMeasure } from '../compare/index.ts';
import type { RootFileSystem } from '../filetree/index.ts';
import { type Image, type Layer, measureGzip } from '../image/index.ts';
import type { CliEnvironment } from './environment.ts';
import { measureCacheDir } from './layer-compression.ts';
import { readLayerMeasure, writeLayerMeasure } from './measure-cache.ts';

/**
 * Compresses each layer as `docker push` would, once for each diffID ever. One that is stored
 * compressed, here or with its publisher, is pushed and pulled as it is.
 */
export async function measureLayers(
  image: Image,
  {
    root,
    absentLayers,
  }: {
    readonly root: RootFileSystem;
    readonly absentLayers: readonly Layer[];
  },
  environment: CliEnvironment,
): Promise<LayerMeasure[]> {
  const cacheDir = measureCacheDir(environment.cacheDir);
  const measures: LayerMeasure[] = [];
  for (const [position, layer] of image.layers.entries()) {
    const tarBytes = root.layers[position]?.tarBytes ?? 0;
    const isAbsent = absentLayers.some(({ diffId }) => diffId === layer.diffId);
    if (isAbsent || layer.sizeBytes < tarBytes) {
      measures.push({ compressedBytes: layer.sizeBytes, compressSeconds: 0, isSampled: false });
      continue;
    }
    const known = await readLayerMeasure(cacheDir, layer.diffId);
    if (known !== undefined) {
      measures.push(known);
      continue;
    }
    const task = environment.progress.start(
      `measuring the compression of layer ${position + 1} of ${image.layers.length}`,
    );
    const { compressedBytes, compressSeconds, isSampled } = await measureGzip(() => layer.uncompressed(), {
      expectedBytes: tarBytes,
      sampleBytes: 96 * 1024 * 1024,
      signal: environment.signal,
    });
    task.done();
    const measure = { compressedBytes, compressSeconds, isSampled };
    await writeLayerMeasure(cacheDir, layer.diffId, measure);
    measures.push(measure);
  }
  return measures;
}
