import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findDistroPackages, type PackageFiles } from '../distro/index.ts';
import { type LayerSpec, rootOf } from './fixtures/root-of.ts';
import {
  compareImages,
  type ForecastSide,
  groups,
  type ImageSide,
  type PushRequest,
  pullCost,
  pushCost,
  type SizeNode,
  sizeTree,
  type TransferLayer,
} from './index.ts';

interface SideOptions {
  readonly baseLayerCount?: number;
  readonly distributions?: readonly PackageFiles[];
  readonly ratio?: number;
}

function side(name: string, specs: readonly LayerSpec[], options: SideOptions = {}): ImageSide {
  const root = rootOf(...specs);
  return {
    kind: 'image',
    name,
    layers: root.layers.map(({ diffId }, i) => ({ diffId, createdBy: `RUN ${name} ${i}` })),
    root,
    inventory: findDistroPackages(root),
    distributions: options.distributions ?? [],
    measures: root.layers.map(({ contentBytes }) => ({
      compressedBytes: Math.round(contentBytes * (options.ratio ?? 0.5)),
      compressSeconds: contentBytes / 100,
      isSampled: false,
    })),
    baseLayerCount: options.baseLayerCount ?? 1,
  };
}

const site = 'usr/local/lib/python3.11/site-packages';

const grouped: readonly [path: string, group: string, reason: string][] = [
  [`${site}/torch/lib/libtorch.so`, 'python-dependencies', 'site-packages'],
  ['usr/lib/python3/dist-packages/numpy/x.py', 'python-dependencies', 'dist-packages of Debian'],
  ['opt/venv/lib/x.so', 'python-dependencies', 'inside a virtual environment (pyvenv.cfg)'],
  ['root/.cache/pip/http/x', 'python-dependencies', 'pip’s cache'],
  ['opt/conda/lib/libmkl.so', 'python-dependencies', 'conda'],
  ['usr/tools/ssl/cert.pem', 'python-dependencies', 'a conda environment with a name of its own'],
  ['usr/local/bin/uvicorn', 'python-dependencies', 'a script that a distribution owns'],
  ['usr/lib/x86_64-linux-gnu/libGL.so.1', 'system-packages', 'owned by a package'],
  ['var/lib/apt/lists/x', 'system-packages', 'apt’s lists'],
  ['etc/ld.so.cache', 'system-packages', 'written by a maintainer script'],
  ['usr/local/bin/serve', 'application', 'put there by hand'],
  ['app/main.py', 'application', 'the application'],
  ['srv/model.bin', 'application', 'the application’s model'],
];

test.each(grouped)('%s above the base belongs to %s: %s', (path, group) => {
  const above: LayerSpec = {
    'opt/venv/pyvenv.cfg': 0,
    'var/lib/dpkg/status': 'Package: libgl1\nStatus: install ok installed\nVersion: 1\n',
    'var/lib/dpkg/info/libgl1.list': '/usr/lib/x86_64-linux-gnu/libGL.so.1\n',
    'usr/tools/conda-meta/certs-1-0.json': '{"name": "certs", "version": "1", "files": ["ssl/cert.pem"]}',
  };
  const distributions = [{ name: 'uvicorn', version: '1', files: ['usr/local/bin/uvicorn'], sizeBytes: 0 }];
  const without = side('a', [{ base: 5 }, above], { baseLayerCount: 1, distributions });
  const withFile = side('b', [{ base: 5 }, { ...above, [path]: 1000 }], { baseLayerCount: 1, distributions });
  const { groups: rows } = compareImages({ fat: withFile, lean: without, uplinkBitsPerSecond: 1e8 });
  expect(rows.filter(({ savedBytes }) => savedBytes !== 0).map((row) => [row.group, row.savedBytes])).toEqual(
    [[group, 1000]],
  );
});

test('dead bytes count in the group and the layer that store them', () => {
  const fat = side(
    'fat',
    [{ 'usr/bin/x': 100 }, { 'app/data': 900, 'usr/bin/x': 'whiteout:' }, { 'app/data': 'whiteout:' }],
    {
      baseLayerCount: 1,
    },
  );
  const comparison = compareImages({
    fat,
    lean: side('lean', [{ 'usr/bin/x': 100 }]),
    uplinkBitsPerSecond: 1e8,
  });
  expect(
    comparison.groups.map(({ group, fat: amount }) => [group, amount.contentBytes, amount.deadBytes]),
  ).toEqual([
    ['base', 100, 100],
    ['system-packages', 0, 0],
    ['python-dependencies', 0, 0],
    ['application', 900, 900],
  ]);
  expect(comparison.total).toMatchObject({ savedBytes: 900, savedPercent: 90 });
});

test('layers of both images are named, and not sent again after the fat one', () => {
  const base: LayerSpec = { 'usr/bin/x': 1000 };
  const fat = side('fat', [base, { 'app/a': 5000 }]);
  const lean = side('lean', [base, { 'app/a': 10 }]);
  const other = {
    ...lean,
    root: {
      ...lean.root,
      layers: lean.root.layers.map((one, i) => (i === 1 ? { ...one, diffId: 'sha256:lean' } : one)),
    },
  };
  const { push, shared } = compareImages({ fat, lean: other, uplinkBitsPerSecond: 8 });
  expect(shared).toEqual([
    { identity: 'sha256:0000', instruction: 'RUN lean 0', contentBytes: 1000, compressedBytes: 500 },
  ]);
  expect(push.lean.uploadBytes).toBe(505);
  expect(push.leanAfterFat).toMatchObject({ uploadBytes: 5, layerCount: 1 });
  expect(push.leanAfterFat.skipped).toMatchObject([
    { reason: 'already in the registry', compressedBytes: 500 },
  ]);
});

const hosts: readonly [
  reason: string,
  fat: readonly string[],
  lean: readonly string[],
  downloadBytes: number,
][] = [
  ['nothing is shared', ['a'], ['b', 'c'], 20],
  ['the lowest layers are there', ['a', 'b', 'x'], ['a', 'b', 'c'], 10],
  ['all is there', ['a', 'b'], ['a'], 0],
  ['a layer above another one counts as another', ['a', 'b'], ['x', 'b'], 20],
];
test.each(hosts)('a host that has the fat image: %s', (_, fat, lean, downloadBytes) => {
  const rows = (keys: readonly string[]): ForecastSide['rows'] =>
    keys.map((sharedKey) => ({
      group: 'application',
      label: sharedKey,
      sizeBytes: 20,
      uncertaintyBytes: 0,
      compressedBytes: 10,
      sharedKey,
    }));
  const { pull } = compareImages({
    fat: { kind: 'forecast', name: 'fat', rows: rows(fat) },
    lean: { kind: 'forecast', name: 'lean', rows: rows(lean) },
    uplinkBitsPerSecond: 8,
  });
  expect(pull.leanAfterFat.downloadBytes).toBe(downloadBytes);
  expect(pull.lean.downloadBytes).toBe(lean.length * 10);
});

test('packages: removed, added, another version, another size', () => {
  const distribution = (name: string, version: string, sizeBytes: number): PackageFiles => ({
    name,
    version,
    files: [],
    sizeBytes,
  });
  const fat = side('fat', [{}], {
    distributions: [
      distribution('torch', '2.0', 900),
      distribution('black', '1', 50),
      distribution('six', '1', 3),
      distribution('Pillow_X', '1', 8),
    ],
  });
  const lean = side('lean', [{}], {
    distributions: [
      distribution('torch', '2.0+cpu', 200),
      distribution('six', '1', 3),
      distribution('uv', '1', 30),
      distribution('pillow-x', '1', 7),
    ],
  });
  const { packages } = compareImages({ fat, lean, uplinkBitsPerSecond: 1 });
  expect(packages.map(({ name, change, savedBytes }) => [name, change, savedBytes])).toEqual([
    ['torch', 'version', 700],
    ['black', 'removed', 50],
    ['uv', 'added', -30],
    ['Pillow_X', 'size', 1],
    ['six', 'same', 0],
  ]);
});

describe('a forecast', () => {
  const lean: ForecastSide = {
    kind: 'forecast',
    name: 'lean (forecast)',
    rows: [
      { group: 'base', label: 'python:3.11-slim', sizeBytes: 120, uncertaintyBytes: 5, sharedKey: 'slim' },
      {
        group: 'python-dependencies',
        label: 'pip install',
        sizeBytes: 800,
        uncertaintyBytes: 40,
        compressedBytes: 300,
      },
    ],
  };
  const comparison = compareImages({ fat: side('fat', [{ 'app/a': 2000 }]), lean, uplinkBitsPerSecond: 8 });

  test('carries its uncertainty to the total', () => {
    expect(comparison.isForecast).toBe(true);
    expect(comparison.total.lean).toEqual({
      contentBytes: 920,
      deadBytes: 0,
      compressedBytes: 343,
      uncertaintyBytes: 45,
    });
  });

  test('states the ratios that it assumes', () => {
    expect(comparison.assumptions.join('\n')).toContain('base image 36%');
  });
});

const layer = (
  identity: string,
  contentBytes: number,
  compressedBytes: number,
  compressSeconds: number,
): TransferLayer => ({
  identity,
  instruction: identity,
  contentBytes,
  compressedBytes,
  compressSeconds,
});

const pushes: readonly [
  reason: string,
  request: PushRequest,
  total: number,
  bound: string,
  skipped: number,
][] = [
  ['nothing to send', { layers: [], uplinkBitsPerSecond: 8 }, 0, 'network', 0],
  [
    'a fast link waits for gzip',
    { layers: [layer('a', 100, 50, 4)], uplinkBitsPerSecond: 800 },
    4,
    'compression',
    0,
  ],
  ['a slow link hides gzip', { layers: [layer('a', 100, 50, 4)], uplinkBitsPerSecond: 8 }, 50, 'network', 0],
  [
    'one thread compresses layer after layer',
    { layers: [layer('a', 100, 50, 4), layer('b', 100, 50, 5)], uplinkBitsPerSecond: 800 },
    9,
    'compression',
    0,
  ],
  [
    'what the registry has is neither compressed nor sent',
    {
      layers: [layer('a', 100, 50, 4), layer('b', 100, 50, 5)],
      uplinkBitsPerSecond: 800,
      inRegistry: new Set(['a']),
    },
    5,
    'compression',
    1,
  ],
  [
    'one layer twice in an image is sent once',
    { layers: [layer('a', 100, 50, 4), layer('a', 100, 50, 4)], uplinkBitsPerSecond: 8 },
    50,
    'network',
    1,
  ],
  [
    'stored compressed already',
    { layers: [layer('a', 100, 50, 0)], uplinkBitsPerSecond: 8 },
    50,
    'network',
    0,
  ],
];
test.each(pushes)('push: %s', (_, request, totalSeconds, bound, skipped) => {
  const cost = pushCost(request);
  expect(cost).toMatchObject({ totalSeconds, bound });
  expect(cost.skipped).toHaveLength(skipped);
});

const pulls: readonly [reason: string, layers: readonly TransferLayer[], total: number][] = [
  ['one layer is unpacked after it has come', [layer('a', 100, 10, 0)], 20],
  ['unpacking goes on while the next one comes', [layer('a', 100, 10, 0), layer('b', 50, 10, 0)], 25],
  ['unpacking waits for the layer below', [layer('a', 400, 10, 0), layer('b', 50, 10, 0)], 55],
];
test.each(pulls)('pull: %s', (_, layers, totalSeconds) => {
  expect(pullCost({ layers, downlinkBitsPerSecond: 8, unpackBytesPerSecond: 10 }).totalSeconds).toBe(
    totalSeconds,
  );
});

const paths = [
  'app/a',
  'app/b/c',
  `${site}/numpy/x.py`,
  'usr/bin/y',
  'var/lib/apt/lists/z',
  'usr/share/doc/x/w',
];
const spec: fc.Arbitrary<LayerSpec> = fc.dictionary(
  fc.constantFrom(...paths),
  fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.constant('whiteout:' as const)),
  { maxKeys: 6 },
);

test('groups, layers and tree add up to the image, uncompressed and compressed', () => {
  fc.assert(
    fc.property(fc.array(spec, { minLength: 1, maxLength: 4 }), fc.nat(3), (specs, baseLayerCount) => {
      const one = side('x', specs, { baseLayerCount, ratio: 0.37 });
      const { groups: rows, total, fat } = compareImages({ fat: one, lean: one, uplinkBitsPerSecond: 1e8 });
      const content = one.root.layers.reduce((sum, { contentBytes }) => sum + contentBytes, 0);
      expect(total.fat.contentBytes).toBe(content);
      expect(total.fat.deadBytes).toBe(one.root.deadBytes);
      for (const key of ['contentBytes', 'deadBytes', 'compressedBytes'] as const) {
        expect(rows.reduce((sum, row) => sum + row.fat[key], 0)).toBe(total.fat[key]);
        expect(fat.layers.reduce((sum, row) => sum + row[key], 0)).toBe(total.fat[key]);
      }
      expect(rows.map(({ group }) => group)).toEqual(groups);
      expect(sizeTree(one, { smallestPart: 0.05 }).sizeBytes).toBe(content);
    }),
    { numRuns: 200 },
  );
});

describe('the tree of sizes', () => {
  const one = side(
    'x',
    [
      {
        [`${site}/torch/lib/libtorch.so`]: 600,
        [`${site}/torch/__init__.py`]: 100,
        'app/deep/er/file': 50,
        'app/deep/er/other': 40,
        ...Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`app/small/${i}`, 1])),
      },
      { 'app/deep/er/other': 'whiteout:' },
    ],
    {
      baseLayerCount: 0,
      distributions: [
        {
          name: 'torch',
          version: '2',
          files: [`${site}/torch/lib/libtorch.so`, `${site}/torch/__init__.py`],
          sizeBytes: 700,
        },
      ],
    },
  );
  const tree = sizeTree(one, { smallestPart: 0.02 });
  const at = (node: SizeNode | undefined, ...names: string[]): SizeNode | undefined =>
    names.reduce<SizeNode | undefined>(
      (found, name) => found?.children?.find((child) => child.name === name),
      node,
    );

  test('goes from group to package to folder, without the way to site-packages', () => {
    expect(at(tree, 'python-dependencies', 'torch', 'lib')?.sizeBytes).toBe(600);
  });

  test('joins folders that hold one folder only, and shows dead bytes apart', () => {
    expect(at(tree, 'application', 'app', 'deep/er')?.sizeBytes).toBe(50);
    expect(at(tree, 'application', 'dead bytes')).toMatchObject({ sizeBytes: 40, isDead: true });
  });

  test('folds what is small, and every parent is the sum of its children', () => {
    expect(at(tree, 'application', 'app', 'small')).toMatchObject({ sizeBytes: 50, fileCount: 50 });
    const check = (node: SizeNode): void => {
      if (node.children === undefined) return;
      expect(node.children.reduce((sum, child) => sum + child.sizeBytes, 0)).toBe(node.sizeBytes);
      expect(node.children.reduce((sum, child) => sum + child.fileCount, 0)).toBe(node.fileCount);
      node.children.forEach(check);
    };
    check(tree);
  });

  test('keeps at most the given number of nodes and loses no byte', () => {
    const count = (node: SizeNode): number =>
      1 + (node.children ?? []).reduce((sum, child) => sum + count(child), 0);
    const small = sizeTree(one, { smallestPart: 0, mostNodes: 5 });
    expect(count(small)).toBeLessThan(20);
    expect(small.sizeBytes).toBe(tree.sizeBytes);
  });
});

test('with a forecast only Python distributions are compared, and the same version is the same', () => {
  const one = (name: string, version: string, sizeBytes: number) => ({ name, version, sizeBytes, files: [] });
  const forecast: ForecastSide = {
    kind: 'forecast',
    name: 'app (forecast)',
    rows: [],
    packages: [one('pip', '26.0', 0), one('torch', '2.0', 700), one('gone', '1', 50)],
  };
  const image = side(
    'b',
    [{ 'var/lib/dpkg/status': 'Package: tini\nStatus: install ok installed\nVersion: 1\n' }],
    {
      distributions: [one('pip', '26.0', 11), one('Torch', '2.1', 600), one('new', '3', 20)],
    },
  );
  const uplinkBitsPerSecond = 1;
  const { packages } = compareImages({ fat: forecast, lean: image, uplinkBitsPerSecond });
  expect(packages.map(({ name, change, savedBytes }) => [name, change, savedBytes])).toEqual([
    ['torch', 'version', 100],
    ['gone', 'removed', 50],
    ['new', 'added', -20],
    ['pip', 'same', 0],
  ]);
  const { packages: _, ...untold } = forecast;
  expect(compareImages({ fat: untold, lean: image, uplinkBitsPerSecond }).packages).toEqual([]);
});
