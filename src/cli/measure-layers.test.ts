import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runProcess } from '../base/index.ts';
import { buildImage, writeOciLayout } from '../image/index.ts';

const main = join(import.meta.dirname, 'main.ts');

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
