import { expect, test } from 'vitest';
import { predictPaths } from './predict-paths.ts';

const mb = 1_000_000;
const libraries = {
  'usr/local/cuda-12.1/targets/x86_64-linux/lib/libcublas.so.12.1.3.1': 100 * mb,
  'usr/lib/x86_64-linux-gnu/libcudnn_ops_infer.so.8.9.0': 90 * mb,
};
const compiler = {
  'usr/local/cuda-12.1/bin/nvcc': 40 * mb,
  'usr/local/cuda-12.1/targets/x86_64-linux/include/cuda.h': 1 * mb,
  'usr/local/cuda-12.1/targets/x86_64-linux/lib/libcublas_static.a': 200 * mb,
};

test.each<[Readonly<Record<string, number>>, Readonly<Record<string, number>>, string]>([
  [
    { ...libraries, ...compiler },
    { 'cuda-base': 241 * mb },
    'the compiler goes, whatever becomes of the libraries',
  ],
  [libraries, { 'cuda-base': 190 * mb }, 'without a compiler only the libraries can'],
  [
    {
      'opt/conda/pkgs/numpy-1.26.conda': 7,
      'opt/conda/pkgs/cache/497deca9.json': 5,
      'opt/conda/pkgs/numpy-1.26/a.py': 3,
    },
    { 'conda-clean': 12, 'conda-stages': 12 },
    'unpacked files are linked to',
  ],
  [
    {
      'opt/conda/bin/python3.12': 30,
      'opt/conda/envs/geo/conda-meta/gdal.json': 2,
      'opt/conda/envs/geo/bin/python': 25,
    },
    { 'conda-stages': 30 },
    'an environment is all that is copied',
  ],
  [{ 'opt/conda/bin/python3.12': 30 }, {}, 'conda’s own environment is copied with conda'],
  [
    { 'var/lib/apt/lists/deb_main_Packages': 9, 'var/lib/dpkg/status': 4 },
    { 'apt-steps': 9 },
    'package lists',
  ],
  [{ 'usr/bin/python3': 5, 'usr/local/cuda-is-no-folder': 5 }, {}, 'nothing of all this'],
])('%j: %j, because %s', (files, expected, _why) => {
  const entries = Object.entries(files).map(([path, sizeBytes]) => ({ entry: { path, sizeBytes } }));
  expect(predictPaths(entries)).toEqual(expected);
});
