import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256Digest, UserError } from '../base/index.ts';
import { buildImage, type Layer } from '../image/index.ts';
import { type TarMember, writeTar } from '../tar/index.ts';
import {
  followLinks,
  type IndexLayerOptions,
  indexImage,
  indexLayer,
  type RootFileSystem,
  stackLayers,
} from './index.ts';

/** A layer of bytes as they are, whose digests are right. */
function layerOf(tar: Buffer): Layer {
  const digest = sha256Digest(tar);
  const open = async (): Promise<Readable> =>
    Readable.from(tar.length > 0 ? [tar] : [], { objectMode: false });
  return {
    digest,
    diffId: digest,
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    sizeBytes: tar.length,
    stored: open,
    uncompressed: open,
  };
}

async function rootOf(
  layers: readonly (readonly TarMember[])[],
  options: IndexLayerOptions = {},
): Promise<RootFileSystem> {
  return (await indexImage(await buildImage({ layers }), options)).root;
}

const paths = (root: RootFileSystem): string[] => [...root.entries()].map(({ entry }) => entry.path);

async function refusal(doing: Promise<unknown>): Promise<string> {
  const problem: unknown = await doing.then(
    () => 'it was read',
    (error: unknown) => error,
  );
  expect(problem).toBeInstanceOf(UserError);
  return String(problem);
}

describe('a layer that is cut off', () => {
  test('anywhere inside an entry is an error that names the layer and the byte', async () => {
    const members: TarMember[] = [
      { path: 'a/', type: 'directory' },
      { path: 'a/long', content: 'x'.repeat(1500) },
      { path: `a/${'y'.repeat(300)}`, content: 'y' },
    ];
    const whole = await buffer(writeTar(members));
    const complete = [...(await indexLayer(layerOf(whole))).entries()];
    for (let length = 0; length < whole.length - 1024; length += 128) {
      const layer = layerOf(whole.subarray(0, length));
      const entries = await indexLayer(layer).then(
        (index) => [...index.entries()],
        (error: unknown) => String(error),
      );
      // Between entries the diffID proves that the layer never had more.
      if (Array.isArray(entries)) expect(entries).toEqual(complete.slice(0, entries.length));
      else
        expect(entries).toMatch(
          new RegExp(
            `layer \\(${layer.digest}\\) cannot be read: .* at byte \\d+: (it is cut off|an extended header belongs to no entry)`,
          ),
        );
      if (length % 512 !== 0 && length < 512) expect(entries).toBeTypeOf('string');
    }
  });
});

describe('a layer of hostile names', () => {
  const part = fc.constantFrom(
    '..',
    '.',
    '',
    'a',
    'b',
    '.wh.',
    '.wh..',
    '.wh...',
    '.wh.a',
    '.wh..wh..opq',
    '.wh..wh.',
    '...',
  );
  const path = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'));
  const member: fc.Arbitrary<TarMember> = fc.oneof(
    fc.record({ path, content: fc.string({ maxLength: 3 }) }),
    fc.record({ path, type: fc.constant('directory' as const) }),
    fc.record({ path, type: fc.constantFrom('symlink' as const, 'hardlink' as const), linkPath: path }),
  );

  test('shows paths below the root only, each once and each to be found again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(member, { maxLength: 10 }), { maxLength: 4 }), async (layers) => {
        const root = await rootOf(layers);
        const seen = paths(root);
        expect(new Set(seen).size).toBe(seen.length);
        for (const one of seen) {
          expect(one.split('/').filter((name) => name === '' || name === '.' || name === '..')).toEqual([]);
          expect(root.get(one)?.entry.path).toBe(one);
          followLinks(root, one);
        }
        const stored = layers
          .flat()
          .reduce((sum, { content = '' }) => sum + Buffer.byteLength(content as string), 0);
        expect(root.visibleBytes + root.deadBytes).toBe(stored);
      }),
      { seed: 5, numRuns: 400 },
    );
  });
});

describe('a file in the place of the root', () => {
  test('counts as dead, since nothing shows it', async () => {
    const root = await rootOf([[{ path: '..', content: 'lost' }]]);
    expect(root.visibleBytes + root.deadBytes).toBe(4);
  });
});

describe('a layer of hostile links', () => {
  test.each<[what: string, members: TarMember[], seen: string[]]>([
    ['a hard link to itself', [{ path: 'a', type: 'hardlink', linkPath: 'a' }], ['a']],
    [
      'hard links in a circle',
      [
        { path: 'a', type: 'hardlink', linkPath: 'b' },
        { path: 'b', type: 'hardlink', linkPath: 'a' },
      ],
      ['a', 'b'],
    ],
    ['a hard link to nothing', [{ path: 'a', type: 'hardlink', linkPath: '' }], ['a']],
    ['a hard link out of the root', [{ path: 'a', type: 'hardlink', linkPath: '../../etc/passwd' }], ['a']],
    [
      'a hard link to a directory',
      [
        { path: 'd', type: 'directory' },
        { path: 'a', type: 'hardlink', linkPath: 'd' },
      ],
      ['d', 'a'],
    ],
    [
      'a file below a hard link',
      [
        { path: 'f', content: 'x' },
        { path: 'a', type: 'hardlink', linkPath: 'f' },
        { path: 'a/b', content: 'y' },
      ],
      ['f', 'a', 'a/b'],
    ],
    [
      'symlinks in a circle',
      [
        { path: 'a', type: 'symlink', linkPath: 'b' },
        { path: 'b', type: 'symlink', linkPath: '/a' },
      ],
      ['a', 'b'],
    ],
    ['a symlink that grows', [{ path: 'a', type: 'symlink', linkPath: 'a/a/a/a/a/a/a/a' }], ['a']],
    [
      'a symlink out of the root',
      [{ path: 'a', type: 'symlink', linkPath: '../../../../etc/passwd' }],
      ['a'],
    ],
  ])('%s ends', async (_what, members, seen) => {
    const root = await rootOf([members]);
    expect(paths(root)).toEqual(seen);
    for (const one of [...seen, 'a/a/a', 'b/../a']) followLinks(root, one);
    expect(followLinks(root, 'a/nowhere')).toBeUndefined();
  });
});

describe('a layer that wants too much', () => {
  const many = (count: number): TarMember[] =>
    Array.from({ length: count }, (_, index) => ({ path: `f${index}` }));

  test('more entries than allowed', async () => {
    const { layers } = await buildImage({ layers: [many(101)] });
    const [layer] = layers;
    if (layer === undefined) throw new Error('no layer');
    expect(await refusal(indexLayer(layer, { maxEntries: 100 }))).toMatch(/more than 100 entries/);
    expect((await indexLayer(layer, { maxEntries: 101 })).entryCount).toBe(101);
  });

  test('… and which layer it is', async () => {
    const { layers } = await buildImage({ layers: [many(101)] });
    const [layer] = layers;
    if (layer === undefined) throw new Error('no layer');
    expect(await refusal(indexLayer(layer, { maxEntries: 100 }))).toContain(layer.digest);
  });

  test.each([
    ['entries', { maxImageEntries: 150 }, 'holds more than 150 entries in all its layers'],
    ['bytes', { maxImageBytes: 90_000 }, 'holds more than 90.0 kB in all its layers'],
  ])('an image whose layers have too many %s together', async (_what, limits, message) => {
    const image = await buildImage({ layers: [many(100), many(101)], compression: 'gzip' });
    expect(await refusal(indexImage(image, limits))).toContain(message);
    const { root } = await indexImage(image, { maxImageEntries: 201, maxImageBytes: 1_000_000 });
    expect(root.layers.map(({ entryCount }) => entryCount)).toEqual([100, 101]);
  });

  test('names that are longer together than those of any layer', async () => {
    const { layers } = await buildImage({ layers: [many(101)] });
    const [layer] = layers;
    if (layer === undefined) throw new Error('no layer');
    expect(await refusal(indexLayer(layer, { maxCharacters: 200 }))).toContain(
      `layer 1 of 1 (${layer.digest}) holds names of more than 200 characters`,
    );
    const image = await buildImage({ layers: [many(101), [{ path: 'g0' }]] });
    expect(await refusal(indexImage(image, { maxCharacters: 295 }))).toContain(
      'holds more than 295 characters of names in all its layers',
    );
  });

  test('paths that are longer together than those of any image, however few entries say them', async () => {
    const deep = await buildImage({ layers: [[{ path: `${'a/'.repeat(2000)}f` }]] });
    expect(await refusal(indexImage(deep, { maxCharacters: 4_000_000 }))).toContain(
      `${deep.name} holds paths of more than 4,000,000 characters`,
    );
    expect(
      (await indexImage(deep, { maxCharacters: 4_100_000 })).root.get(`${'a/'.repeat(2000)}f`),
    ).toBeDefined();
  });

  test('directories that entries imply by the thousand', async () => {
    const members = Array.from({ length: 1001 }, (_, index) => ({ path: `${index}/${'a/'.repeat(2000)}f` }));
    const image = await buildImage({ layers: [members] });
    expect(await refusal(indexImage(image))).toContain(
      'holds more than 2,000,000 directories without an entry',
    );
  });

  test('the same layer ten thousand times costs no more than a line each', async () => {
    const { layers } = await buildImage({ layers: [[{ path: 'a', content: 'x' }]] });
    const [layer] = layers;
    if (layer === undefined) throw new Error('no layer');
    const index = await indexLayer(layer);
    const root = stackLayers(Array.from({ length: 10_000 }, () => index));
    expect([root.visibleBytes, root.deadBytes]).toEqual([1, 9999]);
  });

  test.each([false, true])(
    'a hole of nine petabytes is neither kept nor hashed (hashes asked for: %s)',
    async (withHashes) => {
      const tar = await buffer(
        writeTar([
          {
            path: 'huge',
            content: 'x',
            pax: { 'GNU.sparse.size': '9000000000000000', 'GNU.sparse.map': '0,1' },
          },
        ]),
      );
      const index = await indexLayer(layerOf(tar), {
        withHashes,
        capture: { key: 'all', wants: () => true },
      });
      expect(index.entry(0)).toMatchObject({ path: 'huge', sizeBytes: 1 });
      expect(index.content('huge')).toBeUndefined();
    },
  );

  test('the holes of all files of a layer share one budget', async () => {
    const sparse = (path: string): TarMember => ({
      path: 'sparse',
      content: 'x',
      pax: { 'GNU.sparse.size': '1000', 'GNU.sparse.map': '0,1', 'GNU.sparse.name': path },
    });
    const members = [sparse('a'), sparse('b'), sparse('c'), { path: 'plain', content: 'x' }];
    const options = { withHashes: true, maxHashedHoleBytes: 2000 };
    const index = await indexLayer(layerOf(await buffer(writeTar(members))), options);
    const hashed = [...index.entries()].filter(({ contentHash }) => contentHash !== undefined);
    expect(hashed.map(({ path }) => path)).toEqual(['a', 'b', 'plain']);
  });
});

describe('captured content', () => {
  const capture = { key: 'all', wants: () => true };
  const text = (root: RootFileSystem, path: string): string | undefined => {
    const content = root.content(path);
    return content && Buffer.from(content).toString();
  };

  test('stays when a whiteout of the same layer names it', async () => {
    expect(text(await rootOf([[{ path: 'a', content: 'own' }, { path: '.wh.a' }]], { capture }), 'a')).toBe(
      'own',
    );
  });

  test('is that of the link, not of what came to its first name later', async () => {
    const members: TarMember[] = [
      { path: 'a', content: 'older' },
      { path: 'b', type: 'hardlink', linkPath: 'a' },
      { path: 'a', content: 'newer' },
    ];
    expect(text(await rootOf([members], { capture }), 'b')).toBe('older');
  });
});
