import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { runProcess } from '../../../base/index.ts';
import { buildImage, writeOciLayout } from '../../../image/index.ts';

const main = inject('program');

test('--verify reads the file at hand, whatever was read under its digests before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-verify-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const layout = join(folder, 'image');
  await writeOciLayout(await buildImage({ layers: [[{ path: 'a', content: 'x'.repeat(5000) }]] }), layout);
  const audit = async (...options: readonly string[]): Promise<number | null> => {
    const env = { NO_COLOR: '1', PLIMSOLL_CACHE_DIR: join(folder, 'cache') };
    return (await runProcess(process.execPath, [main, 'audit', layout, '--json', ...options], { env })).code;
  };
  expect(await audit()).toBe(0);
  expect(await audit('--verify')).toBe(0);
  const blobs = join(layout, 'blobs', 'sha256');
  const sizes = await Promise.all(
    (await readdir(blobs)).map(async (name) => [(await stat(join(blobs, name))).size, name] as const),
  );
  const [, largest] = sizes.toSorted(([one], [other]) => other - one)[0] ?? [0, ''];
  const bytes = await readFile(join(blobs, largest));
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  await writeFile(join(blobs, largest), bytes);
  expect(await audit('--verify')).toBe(2);
});
