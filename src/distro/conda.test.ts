import { describe, expect, test } from 'vitest';
import { rootOf } from './fixtures/root-of.ts';
import { findDistroPackages, isDistroInventoryFile } from './index.ts';

// A record as Conda writes it, shortened: it has many more fields.
const record = (name: string, files: readonly string[]): string =>
  JSON.stringify({
    build: 'h1234_0',
    build_number: 0,
    channel: 'https://conda.anaconda.org/conda-forge/linux-64',
    depends: ['libgcc >=13'],
    files,
    name,
    paths_data: { paths: files.map((path) => ({ _path: path, path_type: 'hardlink', size_in_bytes: 1 })) },
    size: 12_345,
    subdir: 'linux-64',
    version: '1.2.3',
  });

const site = 'lib/python3.11/site-packages';
const root = rootOf({
  'opt/conda/conda-meta/numpy-1.2.3-h1234_0.json': record('numpy', [
    'bin/f2py',
    `${site}/numpy/__init__.py`,
    `${site}/numpy/gone.py`,
  ]),
  'opt/conda/conda-meta/history': '==> 2024-01-01 00:00:00 <==\n',
  'opt/conda/bin/f2py': 3,
  [`opt/conda/${site}/numpy/__init__.py`]: 40,
  'opt/conda/envs/app/conda-meta/mkl-1.2.3-h1234_0.json': record('mkl', [
    'lib/libmkl_core.so.2',
    'lib/libmkl.so',
  ]),
  'opt/conda/envs/app/lib/libmkl_core.so.2': 900,
  'opt/conda/envs/app/lib/libmkl.so': { link: 'libmkl_core.so.2' },
  'srv/.pixi/envs/default/conda-meta/zlib-1.json': record('zlib', ['lib/libz.so.1']),
  'srv/.pixi/envs/default/lib/libz.so.1': 7,
});
const metadataBytes = (path: string): number => root.get(path)?.entry.sizeBytes ?? 0;

describe('conda', () => {
  test('every environment has its packages, with the files that are there and their own record', () => {
    const { packages, ownerOf, unreadable } = findDistroPackages(root);
    const mkl = 'opt/conda/envs/app/conda-meta/mkl-1.2.3-h1234_0.json';
    expect(packages.map(({ name, environment }) => [name, environment])).toEqual([
      ['numpy', 'opt/conda'],
      ['mkl', 'opt/conda/envs/app'],
      ['zlib', 'srv/.pixi/envs/default'],
    ]);
    expect(packages[1]).toEqual({
      manager: 'conda',
      name: 'mkl',
      version: '1.2.3',
      build: 'h1234_0',
      architecture: 'linux-64',
      environment: 'opt/conda/envs/app',
      files: ['opt/conda/envs/app/lib/libmkl_core.so.2', 'opt/conda/envs/app/lib/libmkl.so', mkl],
      sizeBytes: 900 + metadataBytes(mkl),
    });
    expect(ownerOf('opt/conda/bin/f2py')?.name).toBe('numpy');
    expect(unreadable).toEqual([]);
  });

  test('files of a Python distribution are left to it', () => {
    const { packages, ownerOf } = findDistroPackages(root, {
      isOfDistribution: (path) => path.includes('/site-packages/'),
    });
    expect(packages[0]?.files).toEqual([
      'opt/conda/bin/f2py',
      'opt/conda/conda-meta/numpy-1.2.3-h1234_0.json',
    ]);
    expect(ownerOf(`opt/conda/${site}/numpy/__init__.py`)).toBeUndefined();
  });

  test('an environment at the root of the file system', () => {
    const { packages } = findDistroPackages(
      rootOf({ 'conda-meta/zlib-1.json': record('zlib', ['lib/libz.so.1']), 'lib/libz.so.1': 7 }),
    );
    expect(packages[0]).toMatchObject({
      environment: '',
      files: ['lib/libz.so.1', 'conda-meta/zlib-1.json'],
    });
  });

  test.each([
    ['{"name": "x", ', 'it is no JSON object', 'cut off'],
    ['null', 'it is no JSON object', 'not an object'],
    ['{"name": "x", "version": "1"}', 'it lacks a name, a version or files', 'without files'],
  ])('%s is unreadable: %s (%s)', (content, reason) => {
    const path = 'opt/conda/conda-meta/x-1-0.json';
    const { packages, unreadable } = findDistroPackages(rootOf({ [path]: content }));
    expect(packages).toEqual([]);
    expect(unreadable).toEqual([{ path, reason }]);
  });

  test('records are captured, other JSON files are not', () => {
    const paths = [
      'opt/conda/conda-meta/a.json',
      'conda-meta/a.json',
      'a/conda-meta/history',
      'a/x.json',
      'xconda-meta/a.json',
    ];
    expect(paths.filter(isDistroInventoryFile)).toEqual(paths.slice(0, 2));
  });
});
