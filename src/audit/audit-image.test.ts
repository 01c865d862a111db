import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findDistroPackages, type PackageFiles } from '../distro/index.ts';
import type { RootFileSystem } from '../filetree/index.ts';
import { findingKinds } from '../finding/index.ts';
import { type LayerSpec, rootOf } from './fixtures/root-of.ts';
import { type Audit, auditImage } from './index.ts';

interface Options {
  readonly env?: readonly string[];
  readonly distributions?: readonly PackageFiles[];
  readonly target?: 'cpu' | 'gpu';
}

function audit(root: RootFileSystem, options: Options = {}): Audit {
  return auditImage({
    image: {
      name: 'app',
      digest: 'sha256:1',
      platform: { os: 'linux', architecture: 'amd64' },
      config: {
        platform: { os: 'linux', architecture: 'amd64' },
        env: options.env ?? [],
        entrypoint: [],
        cmd: [],
        workingDir: '',
        user: '',
        exposedPorts: [],
        volumes: [],
        labels: {},
        diffIds: [],
        history: [],
      },
      layers: root.layers.map((layer, position) => ({
        digest: layer.diffId,
        diffId: layer.diffId,
        mediaType: '',
        sizeBytes: layer.tarBytes,
        createdBy: `RUN step ${position}`,
        stored: () => Promise.reject(new Error('not read')),
        uncompressed: () => Promise.reject(new Error('not read')),
      })),
    },
    root,
    inventory: findDistroPackages(root),
    distributions: options.distributions ?? [],
    ...(options.target === undefined ? {} : { target: options.target }),
  });
}

const site = 'usr/local/lib/python3.11/site-packages';

const classified: readonly [path: string, kind: string | undefined, reason: string][] = [
  ['root/.cache/pip/http-v2/a/b', 'package-manager-cache', 'pip of root'],
  ['home/app/.cache/uv/wheels/x', 'package-manager-cache', 'uv of a user'],
  ['var/lib/apt/lists/deb_Packages.lz4', 'package-manager-cache', 'apt lists'],
  ['var/cache/apt/archives/x.deb', 'package-manager-cache', 'apt archives'],
  ['opt/conda/pkgs/mkl/lib/libmkl.so', 'package-manager-cache', 'conda packages'],
  ['app/.git/objects/pack/x.pack', 'git-directory', 'the project’s history'],
  ['app/.gitignore', undefined, 'a file that only begins like .git'],
  [`${site}/scipy/tests/test_x.py`, 'tests-in-distribution', 'tests of a distribution'],
  [
    `${site}/scipy/tests/__pycache__/test_x.cpython-311.pyc`,
    'tests-in-distribution',
    'bytecode of tests goes with the tests',
  ],
  [`${site}/numpy/testing/__init__.py`, undefined, 'numpy.testing is imported at run time'],
  [`${site}/pandas/_testing/__init__.py`, undefined, 'pandas._testing is imported at run time'],
  ['app/tests/test_app.py', undefined, 'the project’s own tests are for the context to leave out'],
  [`${site}/torch/include/ATen/Tensor.h`, 'headers', 'headers of a wheel'],
  ['usr/include/stdio', 'headers', 'system headers have names without extension'],
  [`${site}/triton/lib/libx.a`, 'static-library', 'an archive for the linker'],
  [`${site}/pandas/core/__pycache__/frame.cpython-311.pyc`, 'bytecode', 'a compiled module'],
  ['app/notebooks/x.ipynb', 'notebook', 'a notebook of the project'],
  [`${site}/jupyter/x.ipynb`, undefined, 'a notebook of a distribution'],
  ['app/data/train.parquet', 'data-set', 'training data'],
  [`${site}/sklearn/datasets/iris.csv`, undefined, 'data of a distribution'],
  ['usr/share/doc/bash/changelog.gz', 'documentation', 'documents'],
  ['usr/share/doc/bash/copyright', undefined, 'licences stay'],
  ['usr/share/man/man1/ls.1.gz', 'documentation', 'manual pages'],
  ['var/log/dpkg.log', 'log-or-dump', 'a log of the build'],
  ['usr/local/cuda-12/lib64/libcublas.so.12', 'cuda-without-gpu', 'system CUDA'],
  ['app/main.py', undefined, 'the application'],
];

test.each(classified)('%s → %s (%s)', (path, kind) => {
  const found = audit(rootOf({ [path]: 2_000_000 })).findings.filter(({ waste }) => waste === 'avoidable');
  expect(found.map((one) => one.kind)).toEqual(kind === undefined ? [] : [kind]);
  expect(found.map((one) => one.sizeBytes)).toEqual(kind === undefined ? [] : [2_000_000]);
});

describe('dead bytes', () => {
  const report = audit(
    rootOf(
      { 'a/big': 500, 'a/old': 40, 'a/owned': { sizeBytes: 70, contentHash: 'aa' } },
      { 'a/old': 45, 'a/owned': { sizeBytes: 70, contentHash: 'aa' } },
      { a: 'whiteout:' },
    ),
  );

  test('tell what happened, where the bytes are and who hides them', () => {
    expect(
      report.findings.map(({ kind, layer, sizeBytes, instruction }) => [kind, layer, sizeBytes, instruction]),
    ).toEqual([
      ['deleted-file', 0, 500, 'RUN step 0'],
      ['deleted-file', 1, 115, 'RUN step 1'],
      ['metadata-copy', 0, 70, 'RUN step 0'],
      ['overwritten-file', 0, 40, 'RUN step 0'],
    ]);
    expect(report.findings[0]?.remedy).toContain('Hidden by layer 2');
  });

  test('are summed for each layer', () => {
    expect(report.deadBytes).toBe(725);
    expect(report.efficiency).toBe(0);
    expect(
      report.layers.map(({ deadBytes, metadataOnlyBytes, buriedBytes, addedBytes, changedBytes }) => [
        deadBytes,
        metadataOnlyBytes,
        buriedBytes,
        addedBytes,
        changedBytes,
      ]),
    ).toEqual([
      [610, 70, 0, 610, 0],
      [115, 0, 110, 0, 115],
      [0, 0, 615, 0, 0],
    ]);
  });
});

describe('packages', () => {
  const status = ['gcc-12', 'gcc-12-base', 'libgcc-s1', 'libgomp1', 'libstdc++6', 'libssl-dev', 'make']
    .map((name) => `Package: ${name}\nStatus: install ok installed\nVersion: 1\n`)
    .join('\n');
  const root = rootOf({
    'var/lib/dpkg/status': status,
    ...Object.fromEntries(
      ['gcc-12', 'gcc-12-base', 'libgcc-s1', 'libgomp1', 'libstdc++6', 'libssl-dev', 'make'].flatMap(
        (name) => [
          [`var/lib/dpkg/info/${name}.list`, `/usr/lib/${name}.bin\n`],
          [`usr/lib/${name}.bin`, 1000],
        ],
      ),
    ),
  });

  test('compilers are a toolchain, their run-time libraries are not', () => {
    const found = audit(root).findings.find(({ kind }) => kind === 'compiler-toolchain');
    expect(found?.paths).toEqual(['usr/lib/gcc-12.bin', 'usr/lib/libssl-dev.bin', 'usr/lib/make.bin']);
  });

  test('a development distribution is one finding with all of its files', () => {
    const files = [`${site}/pytest/__init__.py`, `${site}/pytest/__pycache__/__init__.cpython-311.pyc`];
    const report = audit(rootOf(Object.fromEntries(files.map((file) => [file, 10]))), {
      distributions: [{ name: 'PyTest', version: '9', files, sizeBytes: 20 }],
    });
    expect(report.findings).toMatchObject([
      { kind: 'dev-dependency', distribution: 'PyTest', version: '9', sizeBytes: 20, pathCount: 2 },
    ]);
    expect(report.packages).toEqual([
      { kind: 'distribution', name: 'PyTest', version: '9', sizeBytes: 20, fileCount: 2 },
    ]);
  });
});

const gpu: readonly [string, Options, readonly string[]][] = [
  ['no sign of a GPU', {}, ['cuda-without-gpu']],
  ['the base says CUDA', { env: ['NVIDIA_VISIBLE_DEVICES=all'] }, ['duplicate-cuda']],
  ['the base switches the GPU off', { env: ['NVIDIA_VISIBLE_DEVICES=void'] }, ['cuda-without-gpu']],
  ['the user says GPU', { target: 'gpu' }, ['duplicate-cuda']],
  ['the user says CPU', { target: 'cpu', env: ['NVIDIA_VISIBLE_DEVICES=all'] }, ['cuda-without-gpu']],
];
test.each(gpu)('CUDA where %s', (_, options, kinds) => {
  const wheel = `${site}/nvidia/cublas/lib/libcublas.so.12`;
  const root = rootOf({ [wheel]: 100, 'usr/local/cuda-12/lib64/libcublas.so.12': 90 });
  const distributions = [{ name: 'nvidia-cublas-cu12', version: '12', files: [wheel], sizeBytes: 100 }];
  const found = audit(root, { ...options, distributions }).findings.filter(
    ({ waste }) => waste !== undefined,
  );
  expect(found.map(({ kind }) => kind)).toEqual(kinds);
});

describe('secrets', () => {
  test('are found in a layer although a later one deletes them', () => {
    const report = audit(rootOf({ 'app/.env': 20, 'app/.env.example': 20 }, { 'app/.env': 'whiteout:' }));
    expect(report.findings.find(({ kind }) => kind === 'secret-file')).toMatchObject({
      paths: ['app/.env'],
      layer: 0,
      severity: 'error',
    });
    expect(report.findings.filter(({ kind }) => kind === 'secret-file')).toHaveLength(1);
  });

  test('in the environment are told by name, never by value', () => {
    const report = audit(rootOf({}), {
      env: ['DB_PASSWORD=hunter22', 'GPG_KEY=A035', 'TOKEN_FILE=/run/x', 'API_KEY=', 'PATH=/bin'],
    });
    expect(
      report.findings.map((one) => (one.kind === 'secret-in-environment' ? one.variable : one.kind)),
    ).toEqual(['DB_PASSWORD']);
    expect(JSON.stringify(report)).not.toContain('hunter22');
  });
});

const names = [
  '.git',
  'tests',
  'site-packages',
  '.cache',
  'pip',
  'data.csv',
  'x.pyc',
  '__pycache__',
  'include',
  'a.h',
  'lib.a',
  'x.ipynb',
];
const path = fc
  .array(fc.constantFrom(...names), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join('/'));
const layer: fc.Arbitrary<LayerSpec> = fc.dictionary(
  path,
  fc.oneof(fc.integer({ min: 0, max: 3_000_000 }), fc.constant('whiteout:' as const)),
  { maxKeys: 12 },
);

test('no byte is in two findings: waste never exceeds the image, nor the visible part of it', () => {
  fc.assert(
    fc.property(fc.array(layer, { minLength: 1, maxLength: 4 }), (specs) => {
      const report = audit(rootOf(...specs));
      expect(report.deadBytes + report.image.visibleBytes).toBe(report.image.contentBytes);
      expect(report.avoidableBytes).toBeLessThanOrEqual(report.image.visibleBytes);
      const dead = report.findings.filter(({ waste }) => waste === 'dead');
      expect(dead.reduce((sum, one) => sum + one.sizeBytes, 0)).toBe(report.deadBytes);
      for (const one of report.findings) expect(one.waste).toBe(findingKinds[one.kind].waste);
    }),
    { numRuns: 200 },
  );
});
