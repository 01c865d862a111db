import {
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256Digest } from '../base/index.ts';
import { buildImage, type Image, openImage, writeDockerArchive } from '../image/index.ts';
import type { TarMember } from '../tar/index.ts';
import { dynamicElf } from './fixtures/dynamic-elf.ts';
import { findDuplicates, type IndexImageOptions, indexImage, linkageExcerpt, linkageFrom } from './index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-plain-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const body = (seed: number, sizeBytes: number): Buffer =>
  Buffer.from(Array.from({ length: sizeBytes }, (_, at) => (at * seed + (at >> 8)) & 0xff));

const members: readonly TarMember[] = [
  { path: 'etc/', type: 'directory' },
  { path: 'etc/os-release', content: 'ID=debian' },
  { path: 'usr/lib/big.bin', content: body(7, 300_000) },
  { path: 'usr/lib/hard', type: 'hardlink', linkPath: 'usr/lib/big.bin' },
  { path: `usr/${'long/'.repeat(60)}name`, content: body(3, 9000), mtimeSeconds: 1.25 },
];

async function archiveOf(layers: readonly (readonly TarMember[])[], name = 'image.tar'): Promise<string> {
  const path = join(folder, name);
  await writeDockerArchive(await buildImage({ layers }), path, { tags: ['plain:1'] });
  return path;
}

const open = async (path: string): Promise<Image> =>
  await openImage(`docker-archive:${path}`, { temporaryDir: folder });

/** The image, counting the layers that are read as streams. */
async function openCounted(path: string): Promise<{ readonly image: Image; readonly streams: () => number }> {
  let streams = 0;
  const image = await open(path);
  const layers = image.layers.map((layer) => ({
    ...layer,
    uncompressed: async () => {
      streams += 1;
      return await layer.uncompressed();
    },
  }));
  return { image: { ...image, layers }, streams: () => streams };
}

const capture = { key: 'etc', wants: (path: string): boolean => path.startsWith('etc/') };

describe('a layer that lies uncompressed in a file', () => {
  test('is read in place, with the same result as its stream', async () => {
    const { image, streams } = await openCounted(await archiveOf([members]));
    const inPlace = await indexImage(image, { capture, withHashes: true });
    expect(streams()).toBe(0);
    const verified = await indexImage(image, { capture, withHashes: true, verifyDigests: true });
    expect(streams()).toBe(1);
    expect([...inPlace.root.entries()]).toEqual([...verified.root.entries()]);
    expect(inPlace.root.layers[0]).toMatchObject({
      tarBytes: verified.root.layers[0]?.tarBytes,
      contentBytes: verified.root.layers[0]?.contentBytes,
    });
    expect(inPlace.root.content('etc/os-release')?.toString()).toBe('ID=debian');
  });

  test.each([
    ['in the middle', 0.5],
    ['in the last bytes', 0.99],
  ])('an archive cut off %s is an error', async (_place, part) => {
    const path = await archiveOf([members]);
    const image = await open(path);
    truncateSync(path, Math.floor(statSync(path).size * part * 0.98));
    await expect(indexImage(image)).rejects.toThrow(/damaged|cut off/);
  });

  test('a verified index of its diffID does not speak for a shorter file', async () => {
    const whole = await buildImage({ layers: [members] });
    const cacheDir = join(folder, 'cache');
    const { kept } = await indexImage(whole, { cacheDir });
    await kept;
    const cut = join(folder, 'cut.tar');
    const short = whole.layers.map((layer) => ({
      ...layer,
      sizeBytes: 300_000,
      stored: async () => Readable.from([(await buffer(await layer.stored())).subarray(0, 300_000)]),
    }));
    await writeDockerArchive({ ...whole, layers: short }, cut);
    await expect(indexImage(await open(cut), { cacheDir })).rejects.toThrow(/damaged|cut off|ends/);
  });

  test('without an end marker it is read whole: cut off between two files, its digest tells', async () => {
    const whole = await buildImage({ layers: [members] });
    const write = async (sizeBytes: number, diffId?: string): Promise<string> => {
      const path = join(folder, `${sizeBytes}.tar`);
      const layers = await Promise.all(
        whole.layers.map(async (layer) => {
          const bytes = (await buffer(await layer.stored())).subarray(0, sizeBytes);
          return {
            ...layer,
            diffId: diffId ?? sha256Digest(bytes),
            sizeBytes,
            stored: async () => Readable.from([bytes]),
          };
        }),
      );
      const diffIds = layers.map((layer) => layer.diffId);
      await writeDockerArchive({ ...whole, config: { ...whole.config, diffIds }, layers }, path);
      return path;
    };
    const endMarker = 1024;
    const unmarked = (whole.layers[0]?.sizeBytes ?? 0) - endMarker;
    const { image, streams } = await openCounted(await write(unmarked));
    expect((await indexImage(image)).root.get('usr/lib/hard')).toBeDefined();
    expect(streams()).toBe(1);
    // The two members in front.
    const cut = await open(await write(1536, whole.layers[0]?.diffId));
    await expect(indexImage(cut)).rejects.toThrow(/does not have its di/);
  });

  test('bytes that are passed by are verified when asked for', async () => {
    const path = await archiveOf([members]);
    const file = readFileSync(path);
    const place = file.indexOf(body(7, 300_000)) + 40_000;
    file[place] = (file[place] ?? 0) ^ 1;
    writeFileSync(path, file);
    const image = await open(path);
    expect((await indexImage(image)).root.get('usr/lib/big.bin')).toBeDefined();
    await expect(indexImage(image, { verifyDigests: true })).rejects.toThrow('does not have its digest');
  });

  test('a false diffID deceives about its own file only', async () => {
    const honest = await archiveOf([members], 'honest.tar');
    const forged = join(folder, 'forged.tar');
    const text = readFileSync(honest);
    const name = text.indexOf('os-release');
    text.write('os-deceive', name, 'latin1');
    // The sum of a header's bytes is in octal after 148 bytes.
    const header = text.subarray(name - 4, name + 508);
    header.fill(0x20, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    writeFileSync(forged, text);
    const cacheDir = join(folder, 'cache');
    const names = async (path: string, options: IndexImageOptions = {}): Promise<boolean> => {
      const { root, kept } = await indexImage(await open(path), { cacheDir, ...options });
      await kept;
      return root.get('etc/os-release') !== undefined;
    };
    expect([await names(forged), await names(honest), await names(forged)]).toEqual([false, true, false]);
    expect(await names(honest, { verifyDigests: true })).toBe(true);
    await expect(names(forged, { verifyDigests: true })).resolves.toBe(true);
  });

  test('its index is cached until the file changes', async () => {
    const path = await archiveOf([members]);
    const cacheDir = join(folder, 'cache');
    const captured: string[] = [];
    const options = { cacheDir, capture: { key: 'k', wants: (name: string) => captured.push(name) < 0 } };
    const index = async (): Promise<number> => {
      captured.length = 0;
      const { kept } = await indexImage(await open(path), options);
      await kept;
      return captured.length;
    };
    const first = await index();
    expect(first).toBeGreaterThan(0);
    expect(await index()).toBe(0);
    utimesSync(path, 5, 5);
    expect(await index()).toBe(first);
  });
});

describe('stacked by fingerprint', () => {
  test('a touched file is metadata only, a changed one of the same size and time is not', async () => {
    const big = body(7, 100_000);
    const path = await archiveOf([
      [
        { path: 'touched', content: big, mtimeSeconds: 1 },
        { path: 'changed', content: big, mtimeSeconds: 1 },
      ],
      [
        { path: 'touched', content: big, mtimeSeconds: 2, uid: 1000 },
        { path: 'changed', content: body(9, 100_000), mtimeSeconds: 1 },
      ],
    ]);
    const { root } = await indexImage(await open(path));
    expect(root.buried.map((one) => [one.path, one.reason])).toEqual([
      ['touched', 'metadata-only'],
      ['changed', 'overwritten'],
    ]);
  });
});

describe('findDuplicates', () => {
  const twin = body(7, 100_000);
  // Equal in every block that the fingerprint looks at.
  const lookalike = Buffer.from(twin);
  lookalike[6000] = (lookalike[6000] ?? 0) ^ 1;
  const layers: readonly (readonly TarMember[])[] = [
    [
      { path: 'a/one', content: twin },
      { path: 'a/gone', content: twin },
      { path: 'a/lookalike', content: lookalike },
      { path: 'a/hard', type: 'hardlink', linkPath: 'a/one' },
      { path: 'b/first', content: body(5, 200_000) },
      { path: 'b/alias', type: 'hardlink', linkPath: 'b/first' },
      { path: 'small1', content: 'x' },
      { path: 'small2', content: 'x' },
    ],
    [
      { path: 'c/two', content: twin, mode: 0o600 },
      { path: 'c/three', content: body(5, 200_000) },
      { path: 'a/.wh.gone' },
      { path: 'b/.wh.first' },
    ],
  ];
  const expected = [
    [200_000, ['b/alias', 'c/three']],
    [100_000, ['a/one', 'c/two']],
  ];

  test.each(['none', 'gzip', 'zstd'] as const)(
    'confirmed by content, largest first: %s',
    async (compression) => {
      const image = await buildImage({ layers, compression });
      const { root } = await indexImage(image);
      // What streamed by was hashed as it did: it is not read again.
      const read = image.layers.map((layer) => ({
        ...layer,
        uncompressed: async () => await Promise.reject(new Error('read again')),
      }));
      const groups = await findDuplicates({ layers: read }, root);
      expect(groups.map(({ sizeBytes, files }) => [sizeBytes, files.map(({ entry }) => entry.path)])).toEqual(
        expected,
      );
      expect(groups[0]?.contentKey).toMatch(/^\d+ [0-9a-f]{32} [0-9a-f]{1,8}$/);
    },
  );

  test('reads the candidates in place, and not again where there is a cache', async () => {
    const path = await archiveOf(layers);
    const { image, streams } = await openCounted(path);
    const options = { cacheDir: join(folder, 'cache') };
    const { root } = await indexImage(image, options);
    const first = await findDuplicates(image, root, options);
    expect(first.map(({ sizeBytes, files }) => [sizeBytes, files.map(({ entry }) => entry.path)])).toEqual(
      expected,
    );
    const unreadable = image.layers.map((layer) => ({
      ...layer,
      uncompressed: async () => await Promise.reject(new Error('read again')),
    }));
    expect(await findDuplicates({ layers: unreadable }, root, options)).toEqual(first);
    expect(streams()).toBe(0);
  });
});

test.each([
  ['in place', false, 0, true, true],
  ['as a stream that is held', true, 100_000, true, true],
  ['as a stream whose ends are held', true, 50_000, true, true],
  ['as a stream of which too little is held', true, 20_000, true, false],
])(
  'what libraries are linked with is kept in place of them, read %s',
  async (_, isStream, maxHeldBytes, ...has) => {
    const shape = { needed: ['libgomp.so.1'], runPath: '$ORIGIN/libs', soname: 'libx.so.1' };
    const library = dynamicElf(shape);
    const large = dynamicElf({ ...shape, texts: ['x'.repeat(60_000)] });
    expect(large.length).toBeGreaterThan(60_000);
    expect(large.length).toBeLessThan(100_000);
    const path = await archiveOf([
      [
        { path: 'a/x.so', content: library },
        { path: 'a/plain.so', content: dynamicElf({}) },
        { path: 'a/large.so', content: large },
        { path: 'a/text.so', content: 'INPUT(libx.so.1)' },
        { path: 'a/empty.so', content: '' },
        { path: 'a/name', content: 'whole' },
        { path: 'a/other', content: library },
      ],
    ]);
    const image = await open(path);
    const excerpt = {
      wants: (name: string): boolean => name.endsWith('.so'),
      take: linkageExcerpt,
      maxHeldBytes,
    };
    const { root } = await indexImage(image, {
      capture: { key: 'linkage', wants: (name) => name.endsWith('/name'), excerpt },
      verifyDigests: isStream,
    });
    const expected = { soname: 'libx.so.1', needed: ['libgomp.so.1'], folders: ['$ORIGIN/libs'] };
    expect(['a/x.so', 'a/large.so'].map((name) => linkageFrom(root.content(name)))).toEqual(
      has.map((isKept) => (isKept ? expected : undefined)),
    );
    expect(linkageFrom(root.content('a/plain.so'))).toEqual({ needed: [], folders: [] });
    expect(root.content('a/name')?.toString()).toBe('whole');
    expect(root.captured()).toEqual(
      ['a/large.so', 'a/name', 'a/plain.so', 'a/x.so'].filter((name) => has[1] || name !== 'a/large.so'),
    );
    await image.close();
  },
);
