import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sha256Digest } from '../base/index.ts';
import { type Layer, openFileLayer } from './index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-file-layer-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = Buffer.alloc(3_000_000, 'layer');

async function layerIn(name: string, isVouchedFor: boolean, digest = sha256Digest(bytes)): Promise<Layer> {
  const path = join(folder, name);
  await writeFile(path, Buffer.concat([Buffer.from('before'), bytes, Buffer.from('behind')]));
  const { length: sizeBytes } = bytes;
  return openFileLayer({
    digest,
    diffId: digest,
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    sizeBytes,
    title: 'layer 1 of 1',
    place: { path, offset: 6, sizeBytes, isVouchedFor },
  });
}

test.each([true, false])(
  'a part of a file, byte for byte, as often as it is asked for (vouched for: %s)',
  async (is) => {
    const layer = await layerIn('a', is);
    for (const _ of [1, 2]) expect((await buffer(await layer.stored())).equals(bytes)).toBe(true);
  },
);

test('what nobody vouches for must have its digest', async () => {
  const other = `sha256:${'0'.repeat(64)}`;
  await expect(buffer(await (await layerIn('a', false, other)).stored())).rejects.toThrow('its digest');
  expect((await buffer(await (await layerIn('b', true, other)).stored())).length).toBe(bytes.length);
});

test('a file that is gone is an error', async () => {
  const layer = await layerIn('a', true);
  await rm(join(folder, 'a'));
  await expect(buffer(await layer.stored())).rejects.toThrow('ENOENT');
});

test.skipIf(process.platform !== 'linux')('a reader that breaks off leaves no open file', async () => {
  const layer = await layerIn('a', true);
  for await (const _ of await layer.stored()) break;
  (await layer.stored()).destroy();
  await expect.poll(openFiles).toEqual([]);
});

async function openFiles(): Promise<string[]> {
  const numbers = await readdir('/proc/self/fd');
  const paths = await Promise.all(
    numbers.map((number) => readlink(`/proc/self/fd/${number}`).catch(() => '')),
  );
  return paths.filter((path) => path.startsWith(folder));
}
