import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { lstat, mkdir, mkdtemp, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { elfFile } from '../filetree/fixtures/elf-file.ts';
import { indexImage } from '../filetree/index.ts';
import { buildImage, type Image } from '../image/index.ts';
import type { TarMember } from '../tar/index.ts';
import { distribution, shrinkImage } from './fixtures/shrink-image.ts';
import { type ManifestEntry, shrinkManifest } from './index.ts';

const site = 'opt/venv/lib/python3.11/site-packages';
const library = elfFile([
  { name: '.text', offset: 0x1000, content: Buffer.alloc(64, 1), isAllocated: true, address: 0x1000 },
  { name: '.debug_info', offset: 0x2000, content: Buffer.alloc(20_000, 2) },
]);
const tests = (text: string): TarMember[] =>
  distribution('pkg', { 'pkg/__init__.py': '', 'pkg/lib.so': library, 'pkg/tests/test_a.py': text });

const layers: readonly (readonly TarMember[])[] = [
  [{ path: 'root/.cache/pip/in-base', content: 'of the base' }],
  [
    { path: 'root/.cache/pip/lower', content: 'in the lower one only' },
    { path: 'root/.cache/pip/twice', content: 'buried' },
    { path: 'root/.cache/pip/gone', content: 'deleted later' },
    { path: 'srv/shared', content: 'shown by two names' },
    ...tests('buried, too'),
  ],
  [
    { path: 'root/.cache/pip/.wh.gone', content: '' },
    { path: 'root/.cache/pip/twice', content: 'what the container sees' },
    { path: 'root/.cache/pip/first', content: 'one content' },
    { path: 'root/.cache/pip/second', type: 'hardlink', linkPath: 'root/.cache/pip/first' },
    { path: 'root/.cache/pip/across', type: 'hardlink', linkPath: 'srv/shared' },
    { path: 'root/.cache/pip/symlink', type: 'symlink', linkPath: 'first' },
    ...tests('def test_a(): pass\n'),
  ],
];

describe.each(['none', 'gzip'] as const)(
  'the manifest of an image stored with compression %s',
  (compression) => {
    let folder = '';
    let image: Image;
    let files: readonly ManifestEntry[] = [];
    const seen = new Map<string, Buffer>();
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'plimsoll-manifest-'));
      image = await buildImage({ layers, compression });
      const { root } = await indexImage(image, { capture: { key: 'all', wants: () => true } });
      for (const { entry } of root.entries()) {
        const content = root.content(entry.type === 'hardlink' ? (entry.linkTarget ?? '') : entry.path);
        if (content !== undefined) seen.set(entry.path, Buffer.from(content));
      }
      const shrunk = await shrinkImage(image, { baseLayerCount: 1 });
      files = shrinkManifest(image, shrunk.plan).files;
      await shrunk.close();
      for (const [position, layer] of image.layers.entries()) {
        const into = join(folder, String(position));
        await mkdir(into);
        await pipeline(await layer.uncompressed(), createWriteStream(join(into, 'layer.tar')));
        // A link to what an earlier layer has cannot be unpacked; the rest can.
        spawnSync('tar', ['-xf', 'layer.tar'], { cwd: into });
      }
    });
    afterAll(async () => await rm(folder, { recursive: true, force: true }));

    test('has everything that went or changed, and nothing else', () => {
      expect(files.map(({ path, action }) => `${action} ${path}`)).toEqual([
        `stripped ${site}/pkg/lib.so`,
        `removed ${site}/pkg/tests/test_a.py`,
        'removed root/.cache/pip/across',
        'removed root/.cache/pip/first',
        'removed root/.cache/pip/lower',
        'removed root/.cache/pip/second',
        'removed root/.cache/pip/symlink',
        'removed root/.cache/pip/twice',
      ]);
    });

    test('names the layer that holds each file with the content that the container saw', async () => {
      expect(files.length).toBeGreaterThan(0);
      for (const { path, layer, layerDigest, storedAs } of files) {
        expect([path, image.layers[layer]?.digest]).toEqual([path, layerDigest]);
        const stored = join(folder, String(layer), storedAs ?? path);
        if ((await lstat(stored)).isSymbolicLink()) expect(await readlink(stored)).toBe('first');
        else
          expect([path, (await readFile(stored)).toString('latin1')]).toEqual([
            path,
            seen.get(path)?.toString('latin1'),
          ]);
      }
    });

    test('says the other name of content that an earlier layer has under it', () => {
      const across = files.filter(({ storedAs }) => storedAs !== undefined);
      expect(across).toMatchObject([{ path: 'root/.cache/pip/across', layer: 1, storedAs: 'srv/shared' }]);
    });
  },
);
