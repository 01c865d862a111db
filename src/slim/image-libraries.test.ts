import { expect, test } from 'vitest';
import { findDistroPackages } from '../distro/index.ts';
import { dynamicElf } from '../filetree/fixtures/dynamic-elf.ts';
import { type Capture, indexImage, linkageExcerpt } from '../filetree/index.ts';
import { buildImage } from '../image/index.ts';
import { findDistributions, isEnvironmentLibrary } from '../python/index.ts';
import type { TarMember } from '../tar/index.ts';
import { type ImageLibrary, imageLibraries } from './index.ts';

const site = 'usr/local/lib/python3.11/site-packages';
const system = 'usr/lib/x86_64-linux-gnu';

type Files = Readonly<Record<string, Buffer | string | { readonly link: string }>>;

/** A distribution with its files, below a folder of packages. */
function distribution(name: string, files: Files, { below = site, requires = [] as string[] } = {}): Files {
  const info = `${name}-1.0.dist-info`;
  return {
    ...Object.fromEntries(Object.entries(files).map(([path, one]) => [`${below}/${path}`, one])),
    [`${below}/${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n${requires.map((one) => `Requires-Dist: ${one}\n`).join('')}`,
    [`${below}/${info}/RECORD`]: Object.keys(files)
      .map((path) => `${path},,\n`)
      .join(''),
  };
}

interface Package {
  readonly files: Files;
  readonly depends?: string;
}

/** Installed Debian packages. */
function packages(specs: Readonly<Record<string, Package>>): Files {
  const status = Object.entries(specs).map(
    ([name, { depends }]) =>
      `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n${depends === undefined ? '' : `Depends: ${depends}\n`}`,
  );
  return {
    'var/lib/dpkg/status': status.join('\n'),
    ...Object.fromEntries(
      Object.entries(specs).flatMap(([name, { files }]) => [
        [
          `var/lib/dpkg/info/${name}.list`,
          `/.\n${Object.keys(files)
            .map((path) => `/${path}\n`)
            .join('')}`,
        ],
        ...Object.entries(files),
      ]),
    ),
  };
}

/** Everything is kept whole but what excerpts are taken of. */
const capture: Capture = {
  key: 'test',
  wants: (path) => !isEnvironmentLibrary(path),
  excerpt: { wants: isEnvironmentLibrary, take: linkageExcerpt, maxHeldBytes: 1_000_000 },
};

async function librariesOf(layers: readonly Files[], keptLayerCount = 0): Promise<readonly ImageLibrary[]> {
  const members = layers.map((files) =>
    Object.entries(files).map(
      ([path, one]): TarMember =>
        typeof one === 'string' || Buffer.isBuffer(one)
          ? { path, content: one }
          : { path, type: 'symlink', linkPath: one.link },
    ),
  );
  const { root } = await indexImage(await buildImage({ layers: members }), { capture });
  const distributions = findDistributions(root);
  const inventory = findDistroPackages(root);
  return imageLibraries({ root, inventory, distributions, suite: 'bookworm', keptLayerCount });
}

const gomp: Files = packages({
  libgomp1: {
    files: {
      [`${system}/libgomp.so.1`]: { link: 'libgomp.so.1.0.0' },
      [`${system}/libgomp.so.1.0.0`]: 'library',
    },
  },
});
const needsGomp = { 'lightgbm/lib_lightgbm.so': dynamicElf({ needed: ['libgomp.so.1', 'libc.so.6'] }) };
const told = ['lightgbm libgomp1: lightgbm/lib_lightgbm.so is linked with libgomp.so.1'];

test.each<[why: string, layers: readonly Files[], expected: readonly string[]]>([
  ['the package of the file behind the name', [gomp, distribution('lightgbm', needsGomp)], told],
  [
    'in whatever environment it lies',
    [gomp, distribution('lightgbm', needsGomp, { below: 'opt/venv/lib/python3.11/site-packages' })],
    told,
  ],
  [
    'a file of no distribution',
    [gomp, { [`${site}/own.so`]: dynamicElf({ needed: ['libgomp.so.1'] }) }],
    [' libgomp1: own.so is linked with libgomp.so.1'],
  ],
  [
    'its own folder has it',
    [
      gomp,
      distribution('lightgbm', {
        'lightgbm/x.so': dynamicElf({ needed: ['libgomp.so.1'], runPath: '$ORIGIN/../lightgbm.libs' }),
        'lightgbm.libs/libgomp.so.1': dynamicElf({}),
      }),
    ],
    [],
  ],
  [
    'its distribution has it, which whoever loads it first has loaded',
    [
      gomp,
      distribution('a', {
        'a/x.so': dynamicElf({ needed: ['libgomp.so.1'] }),
        'a/lib/libgomp.so.1': dynamicElf({}),
      }),
    ],
    [],
  ],
  [
    'another distribution has one of that name, which it does not find alone',
    [
      gomp,
      distribution('lightgbm', needsGomp),
      distribution('torch', { 'torch/lib/libgomp.so.1': dynamicElf({ soname: 'libgomp.so.1' }) }),
    ],
    told,
  ],
  [
    'a folder that it names is the one of the system',
    [
      gomp,
      distribution('lightgbm', {
        'lightgbm/lib_lightgbm.so': dynamicElf({ needed: ['libgomp.so.1'], runPath: `/${system}` }),
      }),
    ],
    told,
  ],
  [
    'an alternative leads to the package that is installed for it',
    [
      packages({
        libblas3: {
          files: { [`${system}/blas/libblas.so.3`]: 'library' },
        },
      }),
      {
        [`${system}/libblas.so.3`]: { link: `/etc/alternatives/libblas.so.3-x86_64` },
        'etc/alternatives/libblas.so.3-x86_64': { link: `/${system}/blas/libblas.so.3` },
      },
      distribution('solver', { 'solver/x.so': dynamicElf({ needed: ['libblas.so.3'] }) }),
    ],
    ['solver libblas3: solver/x.so is linked with libblas.so.3'],
  ],
  ['the image has none either', [distribution('lightgbm', needsGomp)], []],
  [
    'it was built by hand: no package has it',
    [gomp, { 'usr/local/lib/libgomp.so.1': 'library' }, distribution('lightgbm', needsGomp)],
    [],
  ],
  [
    'every slim base has it',
    [
      packages({ libc6: { files: { [`${system}/libc.so.6`]: 'library' } } }),
      distribution('a', { 'a/x.so': dynamicElf({ needed: ['libc.so.6'] }) }),
    ],
    [],
  ],
  [
    'numba only tries TBB',
    [
      packages({ libtbb12: { files: { [`${system}/libtbb.so.12`]: 'library' } } }),
      distribution('numba', { 'numba/x.so': dynamicElf({ needed: ['libtbb.so.12'] }) }),
    ],
    [],
  ],
  [
    'an environment of conda',
    [
      gomp,
      { 'opt/conda/conda-meta/history': '1' },
      distribution('lightgbm', needsGomp, { below: 'opt/conda/lib/python3.11/site-packages' }),
    ],
    [],
  ],
  [
    "Debian's own module, whose dependencies apt knows",
    [
      packages({
        libgomp1: { files: { [`${system}/libgomp.so.1`]: 'library' } },
        'python3-x': {
          files: { 'usr/lib/python3/dist-packages/x.so': dynamicElf({ needed: ['libgomp.so.1'] }) },
        },
      }),
    ],
    [],
  ],
])('%s', async (_why, layers, expected) => {
  const found = await librariesOf(layers);
  expect(
    found.map(({ distribution: by = '', packageName, because }) => `${by} ${packageName}: ${because}`),
  ).toEqual(expected);
});

test('layers that stay have what they have', async () => {
  const layers = [gomp, distribution('lightgbm', needsGomp)];
  expect(await librariesOf(layers, 0)).toHaveLength(1);
  expect(await librariesOf(layers, 1)).toEqual([]);
});

test('tells what brings a package along, but not where apt could take another', async () => {
  const [found] = await librariesOf([
    packages({
      libgl1: { files: {}, depends: 'libglx0 (>= 1)' },
      libglx0: { files: {}, depends: 'libx11-6' },
      'libx11-6': { files: { [`${system}/libX11.so.6`]: 'library' } },
      viewer: { files: {}, depends: 'libx11-6 | libwayland0' },
      other: { files: {}, depends: 'x11 | libx11-6' },
      choosy: { files: {}, depends: 'libx11-6 | libgl1' },
    }),
    distribution('cv', { 'cv/x.so': dynamicElf({ needed: ['libX11.so.6'] }) }),
  ]);
  expect([...(found?.broughtBy ?? [])].sort()).toEqual(['libgl1', 'libglx0', 'other', 'viewer']);
});
