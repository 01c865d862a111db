import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256Digest } from '../base/index.ts';
import { buildImage, type Image, openImage, writeOciLayout } from '../image/index.ts';
import { writeTar } from '../tar/index.ts';
import { indexImage } from './index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-compressed-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const members = [{ path: 'a', content: 'x'.repeat(50_000) }, { path: 'b' }];
const tar = await buffer(writeTar(members));
const diffId = sha256Digest(tar);

/** A docker-archive that no OCI index describes; the layer's path claims the digest of `whole`. */
async function archiveOf(
  pathOf: (digest: string) => string,
  { whole, stored = whole, name = 'image.tar' }: { whole: Buffer; stored?: Buffer; name?: string },
): Promise<string> {
  const path = join(folder, name);
  const layer = pathOf(sha256Digest(whole).slice(7));
  const config = JSON.stringify({
    os: 'linux',
    architecture: 'amd64',
    config: {},
    rootfs: { type: 'layers', diff_ids: [diffId] },
  });
  const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: ['app:1'], Layers: [layer] }]);
  const files = { 'config.json': config, [layer]: stored, 'manifest.json': manifest };
  await writeFile(path, writeTar(Object.entries(files).map(([file, content]) => ({ path: file, content }))));
  return path;
}

/** Indexes the image at `path`; tells how many of its layers were read. */
async function readsOf(path: string): Promise<number> {
  let reads = 0;
  const image = await openImage(path, { temporaryDir: folder });
  const layers = image.layers.map((layer) => ({
    ...layer,
    uncompressed: async () => {
      reads += 1;
      return await layer.uncompressed();
    },
  }));
  const counted: Image = { ...image, layers };
  const { kept } = await indexImage(counted, { cacheDir: join(folder, 'cache') });
  await kept;
  await image.close();
  return reads;
}

describe('a compressed layer of a docker-archive whose length no document tells', () => {
  const zipped = gzipSync(tar);

  test.each<[writer: string, pathOf: (digest: string) => string]>([
    ['Docker and BuildKit', (digest) => `blobs/sha256/${digest}`],
    ['go-containerregistry and Jib', (digest) => `${digest}.tar.gz`],
    ['others', () => 'layer.tar'],
  ])(
    'named as by %s: an index of its diffID does not speak for a blob that is cut off',
    async (_, pathOf) => {
      expect(await readsOf(await archiveOf(pathOf, { whole: zipped }))).toBe(1);
      expect(await readsOf(await archiveOf(pathOf, { whole: zipped, name: 'copy.tar' }))).toBe(0);
      const cut = await archiveOf(pathOf, {
        whole: zipped,
        stored: zipped.subarray(0, -20),
        name: 'cut.tar',
      });
      await expect(readsOf(cut)).rejects.toThrow(
        /layer 1 of 1 in .*cut\.tar .*(cannot be read|does not have its digest)/,
      );
    },
  );

  test('one of another length is read once, as its diffID may be compressed in many ways', async () => {
    const pathOf = (digest: string): string => `blobs/sha256/${digest}`;
    expect(await readsOf(await archiveOf(pathOf, { whole: zipped }))).toBe(1);
    const other = await archiveOf(pathOf, { whole: zstdCompressSync(tar), name: 'other.tar' });
    expect(await readsOf(other)).toBe(1);
    expect(await readsOf(other)).toBe(0);
  });

  test('where a manifest tells it, the index counts for every compression', async () => {
    expect(await readsOf(await archiveOf((digest) => `${digest}.tar.gz`, { whole: zipped }))).toBe(1);
    const layout = join(folder, 'layout');
    await writeOciLayout(await buildImage({ layers: [members], compression: 'zstd' }), layout);
    expect(await readsOf(layout)).toBe(0);
  });
});

test('a layer is hashed once, where no path tells its digest, and again when its file has changed', async () => {
  const content = randomBytes(1_200_000);
  const zipped = gzipSync(content, { level: 1 });
  const path = await archiveOf(() => 'layer.tar', { whole: zipped });
  const cacheDir = join(folder, 'cache');
  const digest = async (): Promise<string | undefined> => {
    const image = await openImage(path, { temporaryDir: folder, cacheDir });
    return image.layers[0]?.digest;
  };
  expect(await digest()).toBe(sha256Digest(zipped));
  const [name] = await readdir(join(cacheDir, 'digests'));
  await writeFile(join(cacheDir, 'digests', name ?? ''), `sha256:${'0'.repeat(64)}`);
  expect(await digest()).toBe(`sha256:${'0'.repeat(64)}`);
  const other = gzipSync(randomBytes(1_200_000), { level: 1 });
  await archiveOf(() => 'layer.tar', { whole: other });
  expect(await digest()).toBe(sha256Digest(other));
});

test.each<[packed: string, blob: Buffer]>([
  ['xz', Buffer.from('\xfd7zXZ\0\0\x04', 'latin1')],
  ['bzip2', Buffer.from('BZh91AY&SY\0\0', 'latin1')],
])('a layer in %s, which Docker alone reads, is told as such', async (packed, blob) => {
  const path = await archiveOf(() => 'layer.tar', { whole: blob });
  await expect(readsOf(path)).rejects.toThrow(
    new RegExp(
      `layer 1 of 1 in .*image\\.tar \\(sha256:.*\\) is compressed with ${packed}, which is not supported`,
    ),
  );
});
