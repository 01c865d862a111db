import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { runProcess, silentProgress } from '../base/index.ts';
import type { LayerMeasure } from '../compare/index.ts';
import { indexImage } from '../filetree/index.ts';
import { buildImage, writeOciLayout } from '../image/index.ts';
import { writeLayerMeasure } from './measure-cache.ts';
import { measureLayers } from './measure-layers.ts';

const main = inject('program');

test('a layer that is stored compressed weighs what is stored, not what gzip would make of it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-measure-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const layers = [[{ path: 'a', content: 'abc '.repeat(50_000) }]];
  await writeOciLayout(await buildImage({ layers, compression: 'zstd' }), join(folder, 'image'));
  const { stdout } = await runProcess(
    process.execPath,
    [main, 'audit', join(folder, 'image'), '--json', '--max-compressed', '1GB'],
    { env: { PLIMSOLL_CACHE_DIR: join(folder, 'cache') } },
  );
  const { image, gates } = JSON.parse(stdout);
  expect(image.compressedBytes).toBeGreaterThan(0);
  expect(gates).toMatchObject([{ gate: 'maxCompressed', actual: image.compressedBytes }]);
});

test('an image that is only remembered weighs what was estimated of it, where an estimate will do', async () => {
  const cacheDir = await mkdtemp(join(tmpdir(), 'plimsoll-measure-'));
  onTestFinished(() => rm(cacheDir, { recursive: true, force: true }));
  const image = await buildImage({ layers: [[{ path: 'a', content: 'abc '.repeat(50_000) }]] });
  const { root } = await indexImage(image);
  const gone = async (): Promise<never> => await Promise.reject(new Error('saved again'));
  const remembered = { layers: image.layers.map((layer) => ({ ...layer, uncompressed: gone })) };
  const measure = async (mayEstimate: boolean): Promise<readonly LayerMeasure[]> =>
    await measureLayers(
      remembered,
      { root, absentLayers: [], mayEstimate },
      { cacheDir, progress: silentProgress, signal: new AbortController().signal },
    );
  await expect(measure(true)).rejects.toThrow('saved again');
  const estimate = { compressedBytes: 777, compressSeconds: 0, isSampled: false };
  await writeLayerMeasure(join(cacheDir, 'gzip-estimates'), image.layers[0]?.diffId ?? '', estimate);
  expect(await measure(true)).toMatchObject([{ compressedBytes: 777, isEstimated: true }]);
  expect((await measure(true))[0]?.compressSeconds).toBeGreaterThan(0);
  await expect(measure(false)).rejects.toThrow('saved again');
});
