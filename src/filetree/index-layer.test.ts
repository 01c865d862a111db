import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256Digest } from '../base/index.ts';
import { AbsentLayerError, buildImage, type Layer } from '../image/index.ts';
import type { TarMember } from '../tar/index.ts';
import { indexImage, indexLayer, type LayerIndex } from './index.ts';

let cacheDir = '';
beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'plimsoll-index-'));
});
afterAll(async () => await rm(cacheDir, { recursive: true, force: true }));

async function layerOf(members: readonly TarMember[]): Promise<Layer> {
  const [layer] = (await buildImage({ layers: [members], compression: 'gzip' })).layers;
  if (layer === undefined) throw new Error('a layer was to be built');
  return layer;
}

/** The layer, counting how often it is read. */
function counted(layer: Layer): { readonly layer: Layer; readonly reads: () => number } {
  let reads = 0;
  const uncompressed = async (): Promise<Readable> => {
    reads += 1;
    return await layer.uncompressed();
  };
  return { layer: { ...layer, uncompressed }, reads: () => reads };
}

const members: readonly TarMember[] = [
  { path: './', type: 'directory' },
  { path: './usr/lib/a.py', content: 'print(1)', mode: 0o4755, uid: 1000, gid: 2_000_000, mtimeSeconds: 1.5 },
  { path: 'usr/lib/caf\udce9', content: 'raw name' },
  { path: 'usr/lib/link', type: 'symlink', linkPath: '../x' },
  { path: '/usr/lib/hard', type: 'hardlink', linkPath: './usr/lib/a.py' },
  { path: 'etc/.wh.passwd' },
  { path: 'var/.wh..wh..opq' },
];

const entries = (index: LayerIndex): unknown[] => [...index.entries()];

describe('indexLayer', () => {
  test('tells every entry in the order of the tar', async () => {
    const index = await indexLayer(await layerOf(members));
    expect(index).toMatchObject({ entryCount: 7, contentBytes: 16, tarBytes: expect.any(Number) });
    expect(index.tarBytes % 512).toBe(0);
    expect(entries(index)).toMatchObject([
      { path: '', type: 'directory' },
      {
        path: 'usr/lib/a.py',
        type: 'file',
        sizeBytes: 8,
        mode: 0o4755,
        uid: 1000,
        gid: 2_000_000,
        mtimeSeconds: 1.5,
      },
      { path: 'usr/lib/caf\udce9', type: 'file', sizeBytes: 8 },
      { path: 'usr/lib/link', type: 'symlink', linkTarget: '../x', sizeBytes: 0 },
      { path: 'usr/lib/hard', type: 'hardlink', linkTarget: 'usr/lib/a.py', sizeBytes: 0 },
      { path: 'etc/passwd', type: 'whiteout' },
      { path: 'var', type: 'opaque-whiteout' },
    ]);
    expect(() => index.entry(7)).toThrow(RangeError);
  });

  test('captures what is asked for, below the size cap, the last of a name', async () => {
    const layer = await layerOf([
      { path: 'a.txt', content: 'first' },
      { path: 'a.txt', content: 'last' },
      { path: 'b.txt', content: 'x'.repeat(100) },
      { path: 'c.bin', content: 'no' },
      { path: 'd.txt', content: 'gone' },
      { path: 'd.txt', type: 'symlink', linkPath: 'a.txt' },
    ]);
    const index = await indexLayer(layer, {
      capture: { key: 'txt', wants: (path) => path.endsWith('.txt'), maxBytes: 50 },
    });
    const text = (path: string): string | undefined => index.content(path)?.toString();
    expect(['a.txt', 'b.txt', 'c.bin', 'd.txt'].map(text)).toEqual(['last', undefined, undefined, undefined]);
  });

  test('captures what lies across the chunks of a decompressor, whose memory is given back meanwhile', async () => {
    const contents = Array.from({ length: 40 }, (_, number) => randomBytes(100_003 + number));
    const layer = await layerOf(contents.map((content, number) => ({ path: `${number}.bin`, content })));
    const index = await indexLayer(layer, { capture: { key: 'all', wants: () => true }, withHashes: true });
    for (const [number, content] of contents.entries()) {
      expect(Buffer.compare(index.content(`${number}.bin`) ?? Buffer.alloc(0), content)).toBe(0);
      expect(index.entry(number).contentHash).toBe(createHash('sha256').update(content).digest('hex'));
    }
  });

  test('captures no more than the total, whatever a layer has in store', async () => {
    const layer = await layerOf(
      ['a', 'b', 'c', 'd'].map((path) => ({ path, content: path === 'd' ? 'x' : 'x'.repeat(40) })),
    );
    const index = await indexLayer(layer, { capture: { key: 'all', wants: () => true, maxTotalBytes: 100 } });
    expect(['a', 'b', 'c', 'd'].map((path) => index.content(path)?.length)).toEqual([40, 40, undefined, 1]);
  });

  test('hashes content on request, empty files too', async () => {
    const layer = await layerOf([
      { path: 'a', content: 'x'.repeat(300_000) },
      { path: 'empty' },
      { path: 'd', type: 'directory' },
    ]);
    const index = await indexLayer(layer, { withHashes: true });
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    expect(index.entry(0).contentHash).toBe(sha256('x'.repeat(300_000)));
    expect(index.entry(1).contentHash).toBe(sha256(''));
    expect(index.entry(2).contentHash).toBeUndefined();
    expect((await indexLayer(layer)).entry(0).contentHash).toBeUndefined();
  });

  test('device numbers, attributes and the length of a sparse file come back from the cache too', async () => {
    const layer = await layerOf([
      { path: 'null', type: 'character-device', deviceMajor: 1, deviceMinor: 3 },
      {
        path: 'ping',
        content: 'x',
        pax: { 'SCHILY.xattr.security.capability': '\x01\x00', 'SCHILY.xattr.user.long': 'y'.repeat(65) },
      },
      {
        path: 'GNUSparseFile.0/s',
        content: 'x',
        pax: { 'GNU.sparse.size': '9', 'GNU.sparse.map': '0,1', 'GNU.sparse.name': 's' },
      },
    ]);
    const expected = [
      { path: 'null', device: '1:3' },
      {
        path: 'ping',
        attributes: { 'security.capability': '0100', 'user.long': sha256Digest('y'.repeat(65)) },
      },
      { path: 's', realBytes: 9 },
    ];
    const options = { cacheDir };
    for (const _time of ['read', 'recalled']) {
      expect([...(await indexLayer(layer, options)).entries()]).toMatchObject(expected);
    }
  });

  test('a sparse file counts what is stored, and its content has the holes', async () => {
    const layer = await layerOf([
      {
        path: 'GNUSparseFile.0/s',
        content: 'abc',
        pax: { 'GNU.sparse.size': '10', 'GNU.sparse.map': '3,2,8,1', 'GNU.sparse.name': 's' },
      },
    ]);
    const index = await indexLayer(layer, { withHashes: true, capture: { key: 'all', wants: () => true } });
    expect(index.entry(0)).toMatchObject({
      path: 's',
      sizeBytes: 3,
      contentHash: sha256Digest('\0\0\0ab\0\0\0c\0').slice(7),
    });
    expect(index.content('s')?.toString()).toBe('\0\0\0ab\0\0\0c\0');
  });

  test('a cached index equals a fresh one and spares the reading', async () => {
    const { layer, reads } = counted(await layerOf(members));
    const options = {
      cacheDir,
      withHashes: true,
      capture: { key: 'py', wants: (path: string) => path.endsWith('.py') },
    };
    const first = await indexLayer(layer, options);
    const second = await indexLayer(layer, options);
    expect(reads()).toBe(1);
    expect(entries(second)).toEqual(entries(first));
    expect(second).toMatchObject({ diffId: first.diffId, tarBytes: first.tarBytes, contentBytes: 16 });
    expect(second.content('usr/lib/a.py')?.toString()).toBe('print(1)');
    await indexLayer(layer, { ...options, capture: { ...options.capture, key: 'other' } });
    await indexLayer(layer, { ...options, analyserVersion: '2' });
    await indexLayer(layer, { ...options, withHashes: false });
    expect(reads()).toBe(4);
  });

  test('a damaged cache file is made again', async () => {
    const own = join(cacheDir, 'damaged');
    const { layer, reads } = counted(await layerOf(members));
    const expected = entries(await indexLayer(layer, { cacheDir: own }));
    const [name] = (await readdir(own, { recursive: true })).filter((file) => file.endsWith('.index'));
    const path = join(own, name ?? '');
    const whole = await readFile(path);
    const flipped = Buffer.from(whole);
    flipped[whole.length >> 1] = (flipped[whole.length >> 1] ?? 0) ^ 4;
    for (const [round, damaged] of [
      whole.subarray(0, 40),
      flipped,
      Buffer.alloc(0),
      Buffer.from('junk'),
    ].entries()) {
      await writeFile(path, damaged);
      expect(entries(await indexLayer(layer, { cacheDir: own }))).toEqual(expected);
      expect(reads()).toBe(round + 2);
    }
    expect((await readFile(path)).equals(whole)).toBe(true);
  });

  test('a layer that cannot be read to its end has no index, cached or not', async () => {
    const good = await layerOf(members);
    const own = join(cacheDir, 'broken');
    const junk: Layer = { ...good, uncompressed: async () => Readable.from([Buffer.alloc(2000, 'junk')]) };
    await expect(indexLayer(junk, { cacheDir: own })).rejects.toThrow(
      `layer 1 of 1 (${good.digest}) cannot be read: the tar archive is damaged at byte 0`,
    );
    await expect(readdir(own)).rejects.toThrow('ENOENT');
    await expect(indexLayer(good, { maxEntries: 3 })).rejects.toThrow('more than 3 entries');
  });

  test('stops when asked to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(indexLayer(await layerOf(members), { signal })).rejects.toThrow('enough');
  });

  test('60,000 entries take a few megabytes', async () => {
    const many = Array.from({ length: 60_000 }, (_, at) => ({
      path: `usr/lib/python3/site-packages/package_${at >> 6}/module_${at & 63}/__init__.py`,
    }));
    const layer = await layerOf(many);
    const own = join(cacheDir, 'large');
    await indexLayer(layer, { cacheDir: own });
    const index = await indexLayer(layer, { cacheDir: own });
    expect(index.entryCount).toBe(60_000);
    expect(index.entry(59_999).path).toBe(many.at(-1)?.path);
    const [name] = (await readdir(own, { recursive: true })).filter((file) => file.endsWith('.index'));
    expect((await readFile(join(own, name ?? ''))).length).toBeLessThan(1_000_000);
  });
});

describe('indexImage', () => {
  test('reads a repeated layer once and reports the bytes', async () => {
    const built = await buildImage({
      layers: [[{ path: 'a', content: 'x' }], [], [{ path: 'a', content: 'x' }]],
    });
    const counts = built.layers.map((layer) => counted(layer));
    let seen = 0;
    const { root } = await indexImage(
      { ...built, layers: counts.map(({ layer }) => layer) },
      {
        onBytes: (sizeBytes) => {
          seen += sizeBytes;
        },
      },
    );
    expect(counts.reduce((sum, { reads }) => sum + reads(), 0)).toBe(2);
    expect(root.layers).toHaveLength(3);
    expect(root.deadBytes).toBe(1);
    expect(seen).toBe((root.layers[0]?.tarBytes ?? 0) + (root.layers[1]?.tarBytes ?? 0));
  });

  test('a foreign layer that is not there is reported, not fatal', async () => {
    const built = await buildImage({
      layers: [[{ path: 'a', content: 'x' }], [{ path: 'b', content: 'y' }]],
    });
    const [first, second] = built.layers;
    if (!first || !second) throw new Error('two layers were to be built');
    const absent: Layer = {
      ...first,
      urls: ['https://example.com/base'],
      uncompressed: async () => {
        throw new AbsentLayerError('layer 1 is a foreign layer', {
          digest: first.digest,
          urls: ['https://example.com'],
        });
      },
    };
    const indexed = await indexImage({ ...built, layers: [absent, second] });
    expect(indexed.absentLayers).toEqual([absent]);
    expect([...indexed.root.entries()].map(({ entry }) => entry.path)).toEqual(['b']);
  });

  test('one layer that fails fails the image', async () => {
    const built = await buildImage({ layers: [[{ path: 'a' }], [{ path: 'b' }]] });
    const [first, second] = built.layers;
    if (!first || !second) throw new Error('two layers were to be built');
    const broken: Layer = {
      ...second,
      uncompressed: async () => {
        throw new Error('disk on fire');
      },
    };
    await expect(indexImage({ ...built, layers: [first, broken] })).rejects.toThrow('disk on fire');
  });
});
