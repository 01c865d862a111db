import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ProgressTask, silentProgress } from '../base/index.ts';
import type { LayerEntry, RootFileSystem } from '../filetree/index.ts';
import { indexImage } from '../filetree/index.ts';
import { buildImage, type Image, type ImageParts } from '../image/index.ts';
import { readTar, type TarEntry, type TarMember } from '../tar/index.ts';
import {
  distribution,
  type ShrinkHow,
  type Shrunk,
  shrinkImage,
  shrinkParts,
  textOf,
  visiblePaths,
} from './fixtures/shrink-image.ts';
import { plainLayers } from './index.ts';

const site = 'opt/venv/lib/python3.11/site-packages';
const file = (path: string, content = 'x', more: Partial<TarMember> = {}): TarMember => ({
  path,
  content,
  ...more,
});

/** What a container sees, in a form that two file systems can be compared by. */
function seen(root: RootFileSystem): Record<string, Partial<LayerEntry>> {
  return Object.fromEntries(
    [...root.entries()].map(({ entry }) => {
      const {
        path,
        sizeBytes,
        contentHash: _,
        fingerprint: __,
        format: ___,
        strippableBytes: ____,
        ...rest
      } = entry;
      return [path, { ...rest, ...(entry.type === 'directory' ? {} : { sizeBytes }) }];
    }),
  );
}

async function entriesOf(image: Image, position: number): Promise<TarEntry[]> {
  const entries: TarEntry[] = [];
  await readTar((await image.layers[position]?.uncompressed()) ?? Readable.from([]), {
    onEntry: (entry) => void entries.push(entry),
  });
  return entries;
}

async function before(parts: ImageParts): Promise<RootFileSystem> {
  const { root } = await indexImage(await buildImage(parts), { capture: { key: 'all', wants: () => true } });
  return root;
}

async function expectSame(parts: ImageParts, baseLayerCount: number): Promise<Shrunk> {
  const shrunk = await shrinkParts(parts, { baseLayerCount });
  const old = await before(parts);
  expect(seen(shrunk.root)).toEqual(seen(old));
  for (const path of visiblePaths(old))
    expect([path, textOf(shrunk.root, path)]).toEqual([path, textOf(old, path)]);
  await shrunk.close();
  return shrunk;
}

const everything: readonly TarMember[] = [
  { path: 'etc/', type: 'directory', mode: 0o750, uid: 5, gid: 6, mtimeSeconds: 99 },
  file('etc/plain', 'content', { mode: 0o600, uid: 1000, gid: 1001, mtimeSeconds: 1_700_000_000 }),
  file('etc/setuid', 'x', { mode: 0o4755 }),
  file('etc/capable', 'x', { pax: { 'SCHILY.xattr.security.capability': '\u0001\u0000\u0000\u0002' } }),
  file('etc/nanoseconds', 'x', {
    mtimeSeconds: 1_700_000_000.1234567,
    pax: { mtime: '1700000000.123456789' },
  }),
  file('etc/large-owner', 'x', { uid: 3_000_000, gid: 4_000_000 }),
  { path: 'etc/link', type: 'symlink', linkPath: '/etc/plain' },
  {
    path: 'etc/plain-too',
    type: 'hardlink',
    linkPath: 'etc/plain',
    mode: 0o600,
    uid: 1000,
    gid: 1001,
    mtimeSeconds: 1_700_000_000,
  },
  { path: 'dev/null', type: 'character-device', mode: 0o666, deviceMajor: 1, deviceMinor: 3 },
  { path: 'run/pipe', type: 'fifo' },
  file(`app/${'long/'.repeat(60)}name`, 'deep'),
  file('app/grüße.txt', 'UTF-8'),
  { path: 'empty/', type: 'directory', mode: 0o1777 },
  file('app/zero', ''),
];

describe('every kind of entry comes through', () => {
  test('all layers anew', async () => {
    await expectSame({ layers: [everything] }, 0);
  });

  test('on a base that stays', async () => {
    const shrunk = await expectSame({ layers: [[file('etc/base'), file('usr/x')], everything] }, 1);
    expect(shrunk.image.layers).toHaveLength(3);
  });

  test('times to the nanosecond, attributes byte by byte', async () => {
    const shrunk = await shrinkParts({ layers: [everything] });
    const entries = (
      await Promise.all(shrunk.image.layers.map((_, at) => entriesOf(shrunk.image, at)))
    ).flat();
    const record = (path: string, key: string): string | undefined =>
      entries.find((entry) => entry.path === path)?.pax.get(key);
    expect(record('etc/nanoseconds', 'mtime')).toBe('1700000000.123456789');
    expect(record('etc/capable', 'SCHILY.xattr.security.capability')).toBe('\u0001\u0000\u0000\u0002');
    await shrunk.close();
  });

  test('the times of reading and of the inode stay behind: nobody restores them, and they differ from build to build', async () => {
    const pax = { mtime: '1700000000.5', atime: '1700000001.123456789', ctime: '1700000002.25' };
    const shrunk = await shrinkParts({
      layers: [[file('etc/x', 'x', { mtimeSeconds: 1_700_000_000.5, pax })]],
    });
    const [, entry] = await entriesOf(shrunk.image, 0);
    expect(Object.fromEntries(entry?.pax ?? [])).toEqual({ mtime: '1700000000.5' });
    await shrunk.close();
  });

  test('a link in an upper layer to a file of the base that goes: its layer is written anew', async () => {
    const link: TarMember = { path: 'srv/copy', type: 'hardlink', linkPath: 'etc/first' };
    const layers = [[file('etc/first', 'content'), file('etc/x')], [link], [file('etc/.wh.first', '')]];
    const shrunk = await expectSame({ layers }, 1);
    expect(textOf(shrunk.root, 'srv/copy')).toBe('content');
    const stays = await expectSame({ layers: layers.slice(0, 2) }, 1);
    expect(stays.report.before.layers.map(({ isBase }) => isBase)).toEqual([true, false]);
  });

  test('the attributes and owners of directories of the base, in every layer that goes through them', async () => {
    const directory: TarMember = {
      path: 'srv/',
      type: 'directory',
      uid: 7,
      mode: 0o2775,
      pax: { 'SCHILY.xattr.user.short': 'a', 'SCHILY.xattr.system.posix_acl_default': 'l'.repeat(200) },
    };
    const shrunk = await expectSame({ layers: [[directory, file('srv/base')], [file('srv/own')]] }, 1);
    expect(shrunk.root.get('srv')?.entry.attributes).toMatchObject({ 'user.short': '61' });
  });

  test('holes of sparse files', async () => {
    const sparse = file('var/data', 'abcd', {
      pax: { 'GNU.sparse.size': '1000000', 'GNU.sparse.numblocks': '2', 'GNU.sparse.map': '0,2,999998,2' },
    });
    const shrunk = await expectSame({ layers: [[sparse]] }, 0);
    expect(shrunk.root.get('var/data')?.entry).toMatchObject({ sizeBytes: 4, realBytes: 1_000_000 });
  });
});

describe('what is hidden', () => {
  test('dead bytes go: overwritten, deleted, twice in one layer', async () => {
    const layers = [
      [file('app/a', 'old'), file('app/b', 'gone'), file('app/c', '1'), file('app/c', '2')],
      [file('app/a', 'new'), { path: 'app/.wh.b', content: '' }],
    ];
    const shrunk = await expectSame({ layers }, 0);
    expect(shrunk.root.deadBytes).toBe(0);
    expect(shrunk.report.deadBytes).toBe('old'.length + 'gone'.length + 1);
    expect(visiblePaths(shrunk.root)).toEqual(['app/a', 'app/c']);
  });

  test.each<[reason: string, own: readonly TarMember[]]>([
    ['a file of the base, deleted', [{ path: 'etc/.wh.a', content: '' }]],
    ['a whole directory, deleted', [{ path: '.wh.etc', content: '' }]],
    ['a directory, deleted and made anew', [{ path: '.wh.etc', content: '' }, file('etc/new')]],
    ['an opaque directory', [{ path: 'etc/.wh..wh..opq', content: '' }, file('etc/new')]],
    ['a directory that became a link', [{ path: 'etc', type: 'symlink', linkPath: 'usr' }]],
    ['a directory that became a file', [file('etc', 'a file')]],
    ['a file that became a directory', [file('etc/a/b', 'below')]],
    ['other metadata of a directory', [{ path: 'etc/', type: 'directory', mode: 0o700 }]],
    ['a link to a file of the base', [{ path: 'etc/hard', type: 'hardlink', linkPath: 'etc/a' }]],
  ])('%s', async (_, own) => {
    const base = [file('etc/a', 'a'), file('etc/deep/b', 'b'), file('usr/c', 'c')];
    await expectSame({ layers: [base, own] }, 1);
    await expectSame({ layers: [base, own] }, 0);
  });

  test('what a pass finds in the base stays there and is told', async () => {
    const layers = [[file('root/.cache/pip/a', 'base'), file('usr/x')], [file('root/.cache/pip/b', 'own')]];
    const shrunk = await shrinkParts({ layers }, { baseLayerCount: 1 });
    expect(visiblePaths(shrunk.root)).toEqual(['root/.cache/pip/a', 'usr/x']);
    expect(shrunk.report.passes.find(({ name }) => name === 'package-caches')).toMatchObject({
      savedBytes: 3,
      inBaseBytes: 4,
    });
    await shrunk.close();
  });
});

describe('hard links', () => {
  test('content outlives the name that a pass takes, and frees nothing', async () => {
    const layers = [
      [
        ...distribution('pkg', { 'pkg/__init__.py': '' }),
        file('root/.cache/uv/archive/lib.so', 'library', {
          mode: 0o755,
          pax: { 'SCHILY.xattr.user.a': 'b' },
        }),
        {
          path: `${site}/pkg/lib.so`,
          type: 'hardlink',
          linkPath: 'root/.cache/uv/archive/lib.so',
          mode: 0o755,
        } as const,
        {
          path: `${site}/pkg/other.so`,
          type: 'hardlink',
          linkPath: `${site}/pkg/lib.so`,
          mode: 0o755,
        } as const,
      ],
    ];
    const shrunk = await shrinkParts({ layers });
    expect(textOf(shrunk.root, `${site}/pkg/lib.so`)).toBe('library');
    expect(shrunk.root.get(`${site}/pkg/lib.so`)?.entry).toMatchObject({
      mode: 0o755,
      attributes: { 'user.a': '62' },
    });
    expect(shrunk.root.get(`${site}/pkg/other.so`)?.entry).toMatchObject({
      type: 'hardlink',
      linkTarget: `${site}/pkg/lib.so`,
    });
    expect(shrunk.report.passes.find(({ name }) => name === 'package-caches')?.savedBytes).toBe(0);
    await shrunk.close();
  });

  test('imports of a source that a cache shows first count where Python finds it', async () => {
    const layers = [
      [
        file('root/.cache/uv/archive/a.py', 'from . import tests'),
        ...distribution('pkg', { 'pkg/tests/test_a.py': '' }),
        {
          path: `${site}/pkg/__init__.py`,
          type: 'hardlink',
          linkPath: 'root/.cache/uv/archive/a.py',
        } as const,
      ],
    ];
    const shrunk = await shrinkParts({ layers });
    expect(visiblePaths(shrunk.root)).toContain(`${site}/pkg/tests/test_a.py`);
    await shrunk.close();
  });

  test('a RECORD that is written anew leaves its other names alone', async () => {
    const pkg = distribution('pkg', { 'pkg/__init__.py': '', 'pkg/tests/test_a.py': '' });
    const record = `${site}/pkg-1.0.dist-info/RECORD`;
    const layers = [[...pkg, { path: 'srv/RECORD', type: 'hardlink', linkPath: record } as const]];
    const shrunk = await shrinkParts({ layers });
    expect(textOf(shrunk.root, record)).not.toContain('test_a');
    expect(textOf(shrunk.root, 'srv/RECORD')).toContain('test_a');
    await shrunk.close();
  });
});

describe('the layers', () => {
  const dpkg = file(
    'var/lib/dpkg/status',
    'Package: curl\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n',
  );
  const heavy = distribution('heavy', { 'heavy/data.bin': 'x'.repeat(20_000_000) });
  const small = distribution('small', { 'small/__init__.py': '' });
  const list = file('var/lib/dpkg/info/curl.list', '/usr/bin/curl\n');
  const layers = [
    [...small, dpkg, list, file('usr/bin/curl')],
    [...heavy, file('app/main.py')],
  ];

  test('come in the order of how seldom they change, sorted by path', async () => {
    const shrunk = await shrinkParts({ layers });
    expect(shrunk.report.after.layers.map(({ group }) => group)).toEqual([
      'system',
      'heavy-distributions',
      'distributions',
      'application',
    ]);
    for (const [position] of shrunk.image.layers.entries()) {
      const paths = (await entriesOf(shrunk.image, position)).map(({ path }) => path.replace(/\/$/, ''));
      expect(paths).toEqual([...paths].sort());
    }
    await shrunk.close();
  });

  test('are sorted character by character, whiteouts among the rest, below every directory above', async () => {
    const base = [file('srv/a/gone'), file('srv/b')];
    const own = ['srv/a/x', 'srv/a.c', 'srv/a-b', 'srv/a/.wh.gone', 'srv/.wh.b'].map((path) =>
      file(path, ''),
    );
    const shrunk = await shrinkParts({ layers: [base, own] }, { baseLayerCount: 1 });
    expect((await entriesOf(shrunk.image, 1)).map(({ path }) => path)).toEqual([
      'srv/',
      'srv/.wh.b',
      'srv/a/',
      'srv/a-b',
      'srv/a.c',
      'srv/a/.wh.gone',
      'srv/a/x',
    ]);
    await shrunk.close();
  });

  test('of distributions do not change with the application', async () => {
    const other = [layers[0] ?? [], [...heavy, file('app/main.py', 'changed')]];
    const [one, two] = [await shrinkParts({ layers }), await shrinkParts({ layers: other })];
    const digests = [one, two].map(({ image }) => image.layers.map(({ digest }) => digest));
    expect(digests[0]?.slice(0, 3)).toEqual(digests[1]?.slice(0, 3));
    expect(digests[0]?.[3]).not.toBe(digests[1]?.[3]);
    await Promise.all([one.close(), two.close()]);
  });

  test.each(['gzip', 'zstd'] as const)(
    '%s: the same files give the same bytes, however they came into the image',
    async (compression) => {
      const digestsOf = async (given: ImageParts['layers'], how: ShrinkHow = {}): Promise<unknown> => {
        const { image, close } = await shrinkParts({ layers: given }, { compression, ...how });
        await close();
        return image.layers.map(({ digest, diffId }) => [digest, diffId]);
      };
      const [one = [], two = []] = layers;
      const read = { pax: { atime: '1800000000.5', ctime: '1800000000.25' } };
      const expected = await digestsOf(layers);
      expect(await digestsOf(layers), 'once more').toEqual(expected);
      expect(await digestsOf([one.toReversed(), two.toReversed()]), 'tars in another order').toEqual(
        expected,
      );
      expect(await digestsOf([two, one]), 'layers in another order').toEqual(expected);
      expect(await digestsOf([[...two, ...one]]), 'one layer').toEqual(expected);
      expect(await digestsOf([one, one, two]), 'written twice').toEqual(expected);
      const other = layers.map((members) => members.map((member) => ({ ...member, ...read })));
      expect(await digestsOf(other), 'read at another time').toEqual(expected);
      expect(await digestsOf(layers, { sourceDateEpoch: 5 }), 'written at another time').toEqual(expected);
    },
  );

  test.each(['gzip', 'zstd'] as const)(
    '%s: the same image gives the same image, and SOURCE_DATE_EPOCH another one',
    async (compression) => {
      const digestOf = async (sourceDateEpoch?: number): Promise<string> => {
        const how = { compression, ...(sourceDateEpoch !== undefined && { sourceDateEpoch }) };
        const { image, close } = await shrinkParts({ layers }, how);
        await close();
        return image.digest;
      };
      const [first, again, dated, datedAgain] = [
        await digestOf(),
        await digestOf(),
        await digestOf(7),
        await digestOf(7),
      ];
      expect(again).toBe(first);
      expect(datedAgain).toBe(dated);
      expect(dated).not.toBe(first);
    },
  );
});

describe('the configuration', () => {
  const history = [
    { createdBy: 'ADD rootfs.tar /', isEmptyLayer: false },
    { createdBy: 'CMD ["python3"]', isEmptyLayer: true },
    { createdBy: 'COPY a /a', isEmptyLayer: false },
    { createdBy: 'RUN b', isEmptyLayer: false },
    { createdBy: 'CMD ["app"]', isEmptyLayer: true },
  ];
  const parts: ImageParts = {
    layers: [[file('usr/a')], [file('app/a')], [file('usr/b')]],
    config: {
      history,
      env: ['A=b'],
      entrypoint: ['/x'],
      user: '7',
      labels: { own: 'label' },
      created: '2024-01-01T00:00:00Z',
    },
  };

  test('stays, and its history has one entry with content for each layer, the new ones where the last old one was', async () => {
    const shrunk = await shrinkParts(parts, { baseLayerCount: 1 });
    const { config } = shrunk.image;
    expect(config).toMatchObject({ env: ['A=b'], entrypoint: ['/x'], user: '7', labels: { own: 'label' } });
    expect(config.history.map(({ createdBy, isEmptyLayer }) => [createdBy, isEmptyLayer])).toEqual([
      ['ADD rootfs.tar /', false],
      ['CMD ["python3"]', true],
      ['COPY a /a', true],
      ['RUN b', true],
      ['plimsoll shrink: system, of layer 3', false],
      ['plimsoll shrink: application, of layer 2', false],
      ['CMD ["app"]', true],
    ]);
    expect(config.created).toBe('2024-01-01T00:00:00Z');
    await shrunk.close();
  });

  test('keeps a secret in its history, which is masked wherever it is shown', async () => {
    const command = 'RUN pip install --index-url https://ci:s3cr3t@pypi.example/simple app';
    const image = await buildImage({
      layers: [[file('app/a')]],
      config: { history: [{ createdBy: command, isEmptyLayer: false }] },
    });
    const titles: string[] = [];
    const start = (title: string): ProgressTask => {
      titles.push(title);
      return silentProgress.start(title);
    };
    const temporaryDir = await mkdtemp(join(tmpdir(), 'plimsoll-shrink-'));
    const { signal } = new AbortController();
    const plain = await plainLayers({ temporaryDir, progress: { ...silentProgress, start }, signal });
    for (const layer of image.layers) await plain.open(layer);
    await rm(temporaryDir, { recursive: true });
    const shrunk = await shrinkImage(image);
    await shrunk.close();
    expect(shrunk.image.config.history[0]?.createdBy).toBe(command);
    const masked = command.replace('s3cr3t', '***');
    expect(titles).toEqual([`unpacking ${masked}`]);
    expect(shrunk.report.before.layers.map(({ instruction }) => instruction)).toEqual([masked]);
  });

  test('names its source and the passes', async () => {
    const image = await buildImage({ layers: [[file('root/.cache/pip/a'), file('usr/a')]] });
    const shrunk = await shrinkImage(image);
    const facts = {
      'dev.plimsoll.shrink.source': image.digest,
      'dev.plimsoll.shrink.passes': 'package-caches',
    };
    expect([shrunk.image.config.labels, shrunk.image.annotations]).toEqual([facts, facts]);
    await shrunk.close();
  });

  test('has the time of SOURCE_DATE_EPOCH', async () => {
    const shrunk = await shrinkParts(parts, { sourceDateEpoch: 1_000_000_000 });
    expect(shrunk.image.config.created).toBe('2001-09-09T01:46:40.000Z');
    await shrunk.close();
  });

  test('keeps the layers of the base as they are stored', async () => {
    const image = await buildImage({ ...parts, compression: 'zstd' });
    const shrunk = await shrinkImage(image, { baseLayerCount: 1 });
    const bytes = await buffer((await shrunk.image.layers[0]?.stored()) ?? Readable.from([]));
    expect(shrunk.image.layers[0]).toMatchObject({
      digest: image.layers[0]?.digest,
      sizeBytes: bytes.length,
    });
    await shrunk.close();
  });
});

test.each(['gzip', 'zstd'] as const)('a layer packed by %s is unpacked once', async (compression) => {
  const image = await buildImage({
    layers: [[file('srv/base')], [file('app/x'), file('app/y')]],
    compression,
  });
  const opened: string[] = [];
  const watched = image.layers.map((layer) => ({
    ...layer,
    uncompressed: () => {
      opened.push(layer.diffId);
      return layer.uncompressed();
    },
  }));
  const shrunk = await shrinkImage({ ...image, layers: watched });
  expect(visiblePaths(shrunk.root)).toEqual(['app/x', 'app/y', 'srv/base']);
  expect(opened.sort()).toEqual(image.layers.map(({ diffId }) => diffId).sort());
  await shrunk.close();
});

describe('hostile layers', () => {
  test('one that does not have its diffID is an error, not an image', async () => {
    const image = await buildImage({ layers: [[file('a', 'x'.repeat(1000))]], compression: 'gzip' });
    const [layer] = image.layers;
    const other = await buildImage({ layers: [[file('a', 'y')]], compression: 'gzip' });
    const [foreign] = other.layers;
    if (layer === undefined || foreign === undefined) throw new Error('no layer');
    const broken = { ...layer, uncompressed: () => foreign.uncompressed(), diffId: foreign.diffId };
    const shrunk = await shrinkImage({ ...image, layers: [broken] });
    expect(textOf(shrunk.root, 'a')).toBe('y');
    await shrunk.close();
    const cut = {
      ...layer,
      uncompressed: async () => Readable.from([(await buffer(await layer.uncompressed())).subarray(0, 700)]),
    };
    await expect(shrinkImage({ ...image, layers: [cut] })).rejects.toThrow(/cut off/);
  });

  test.each<[reason: string, members: readonly TarMember[]]>([
    ['paths that climb out', [file('../../etc/passwd', 'x'), file('/abs', 'y'), file('a/../b', 'z')]],
    [
      'links in a circle',
      [
        { path: 'a', type: 'symlink', linkPath: 'b' },
        { path: 'b', type: 'symlink', linkPath: 'a' },
      ],
    ],
    ['a hard link to nothing', [{ path: 'a', type: 'hardlink', linkPath: 'b' }, file('c')]],
    ['a hard link to itself', [{ path: 'a', type: 'hardlink', linkPath: 'a' }, file('c')]],
    ['a file below a file', [file('a', 'x'), file('a/b', 'y')]],
    ['names of whiteouts that are none', [file('a/.wh.', 'x')]],
  ])('%s', async (_, members) => {
    const shrunk = await shrinkParts({ layers: [members] });
    const paths = (
      await Promise.all(shrunk.image.layers.map((_layer, at) => entriesOf(shrunk.image, at)))
    ).flat();
    for (const { path } of paths) expect(path).not.toMatch(/^\/|(?:^|\/)\.\.(?:\/|$)/);
    const old = await before({ layers: [members] });
    expect(visiblePaths(shrunk.root)).toEqual(
      visiblePaths(old).filter((path) => old.get(path)?.entry.type !== 'hardlink'),
    );
    await shrunk.close();
  });
});

test('whatever layers do to a few paths, a container sees the same, with and without a base', async () => {
  const name = fc.constantFrom('a', 'b', 'a/b', 'b/a', 'a/b/c');
  const member: fc.Arbitrary<TarMember> = fc.oneof(
    fc.record({
      path: name,
      content: fc.constantFrom('1', '22', '333'),
      mode: fc.constantFrom(0o644, 0o755),
    }),
    name.map((path): TarMember => ({ path: `${path}/`, type: 'directory', mode: 0o700 })),
    name.map((path): TarMember => ({ path, type: 'symlink', linkPath: 'elsewhere' })),
    name.map((path): TarMember => ({ path: path.replace(/([^/]+)$/, '.wh.$1'), content: '' })),
    name.map((path): TarMember => ({ path: `${path}/.wh..wh..opq`, content: '' })),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(member, { maxLength: 5 }), { minLength: 1, maxLength: 4 }),
      fc.nat(3),
      async (layers, base) => {
        const shrunk = await shrinkParts({ layers }, { baseLayerCount: Math.min(base, layers.length) });
        try {
          const old = await before({ layers });
          expect(seen(shrunk.root)).toEqual(seen(old));
          for (const path of visiblePaths(old)) expect(textOf(shrunk.root, path)).toEqual(textOf(old, path));
        } finally {
          await shrunk.close();
        }
      },
    ),
    { numRuns: 150 },
  );
}, 120_000);
