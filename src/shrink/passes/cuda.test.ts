import { describe, expect, test } from 'vitest';
import { dynamicElf } from '../../filetree/fixtures/dynamic-elf.ts';
import type { TarMember } from '../../tar/index.ts';
import { dpkg, type TestPackage } from '../fixtures/dpkg.ts';
import { distribution, type ShrinkHow, shrinkParts, visiblePaths } from '../fixtures/shrink-image.ts';

const site = 'opt/venv/lib/python3.11/site-packages';
const archive = '!<arch>\nx';
const file = (path: string, content: string | Buffer = 'x', mode = 0o644): TarMember => ({
  path,
  mode,
  content,
});

/** What goes, by its path in site-packages where it lies there. */
async function gone(members: readonly TarMember[], how: ShrinkHow = {}): Promise<readonly string[]> {
  const shrunk = await shrinkParts({ layers: [members] }, { only: ['cuda'], ...how });
  const left = new Set(visiblePaths(shrunk.root));
  await shrunk.close();
  return members
    .map(({ path }) => path)
    .filter((path) => !left.has(path))
    .map((path) => (path.startsWith(site) ? path.slice(site.length + 1) : path))
    .sort();
}

const nvidia = (files: Readonly<Record<string, string | Buffer>>): TarMember[] =>
  distribution('nvidia-cuda', files);
const triton = (files: Readonly<Record<string, string | Buffer>>): TarMember[] =>
  distribution('triton', { 'triton/__init__.py': '', ...files });

describe('libraries of wheels', () => {
  test.each<[reason: string, members: readonly TarMember[], paths: readonly string[]]>([
    [
      'static ones',
      [
        ...nvidia({ 'nvidia/cu13/lib/libcudart_static.a': archive }),
        ...triton({ 'triton/backends/nvidia/lib/x.a': archive }),
      ],
      ['nvidia/cu13/lib/libcudart_static.a', 'triton/backends/nvidia/lib/x.a'],
    ],
    [
      'what is linked into code for the GPU',
      nvidia({ 'nvidia/cu13/lib/libcudadevrt.a': archive, 'nvidia/x/libnvshmem_device.a': archive }),
      [],
    ],
    [
      'what triton compiles with',
      triton({
        'triton/backends/nvidia/lib/libdevice.10.bc': 'x',
        'triton/backends/nvidia/include/cuda.h': 'x',
        'triton/backends/nvidia/bin/ptxas': 'x',
      }),
      [],
    ],
    [
      'static ones beside nvcc, which links with them',
      [
        ...nvidia({ 'nvidia/cu13/lib/libcudart_static.a': archive, 'nvidia/cu13/bin/nvcc': 'x' }),
        ...triton({ 'triton/backends/nvidia/lib/x.a': archive }),
      ],
      ['triton/backends/nvidia/lib/x.a'],
    ],
    ['a static one of somebody else', distribution('x', { 'x/a.a': archive }), []],
    [
      'libraries that nothing seems to load',
      nvidia({ 'nvidia/cublas/lib/libnvblas.so.12': dynamicElf({}) }),
      [],
    ],
    [
      'alternates that load each other',
      nvidia({
        'nvidia/cu13/lib/libnvrtc.alt.so.13': dynamicElf({
          texts: ['libnvrtc-builtins.alt.so.13.0', 'dlopen'],
        }),
        'nvidia/cu13/lib/libnvrtc-builtins.alt.so.13.0': dynamicElf({}),
        'nvidia/cu13/lib/libnvrtc.so.13': dynamicElf({}),
      }),
      ['nvidia/cu13/lib/libnvrtc-builtins.alt.so.13.0', 'nvidia/cu13/lib/libnvrtc.alt.so.13'],
    ],
    [
      'alternates of which one is loaded',
      [
        ...nvidia({
          'nvidia/lib/libnvrtc.alt.so.13': dynamicElf({}),
          'nvidia/lib/libnvrtc-builtins.alt.so.13.0': dynamicElf({}),
        }),
        file('opt/x/a.so', dynamicElf({ texts: ['libnvrtc.alt.so.13', 'dlopen'] })),
      ],
      [],
    ],
    [
      'alternates of which one is linked with',
      [
        ...nvidia({ 'nvidia/lib/libnvrtc.alt.so.13': dynamicElf({}) }),
        file('opt/x/a.so', dynamicElf({ needed: ['libnvrtc.alt.so.13'] })),
      ],
      [],
    ],
  ])('%s', async (_, members, paths) => {
    expect(await gone(members)).toEqual(paths);
  });

  test('nothing goes where nobody asks', async () => {
    expect(
      await gone(nvidia({ 'nvidia/cu13/lib/libcudart_static.a': archive }), { only: ['tests'] }),
    ).toEqual([]);
  });
});

describe('CUPTI of triton', () => {
  const copies = triton({
    'triton/backends/nvidia/lib/cupti/libcupti.so': 'x',
    'triton/backends/nvidia/lib/cupti-blackwell/libcupti.so': 'x',
    'triton/profiler/__init__.py': 'import triton.profiler.a',
  });
  const both = [
    'triton/backends/nvidia/lib/cupti-blackwell/libcupti.so',
    'triton/backends/nvidia/lib/cupti/libcupti.so',
  ];
  test.each<[reason: string, more: readonly TarMember[], paths: readonly string[]]>([
    ['nobody profiles', [file('app/a.py', 'import triton')], both],
    ['the application profiles', [file('app/a.py', 'import triton.profiler as proton')], []],
    [
      'a distribution that is loaded profiles',
      [
        file('app/a.py', 'import x'),
        ...distribution('x', { 'x/__init__.py': 'from triton import profiler' }),
      ],
      [],
    ],
    [
      'a file profiles that nothing leads to',
      [
        file('app/a.py', 'import x'),
        ...distribution('x', { 'x/__init__.py': '', 'x/prof.py': 'import triton.profiler' }),
      ],
      both,
    ],
  ])('%s', async (_, more, paths) => {
    expect(await gone([...copies, ...more])).toEqual(paths);
  });
});

describe('headers of CUDA', () => {
  const headers = nvidia({ 'nvidia/cu13/include/cuda.h': 'x', 'nvidia/cu13/lib/libcudart.so.13': 'x' });
  test.each<[reason: string, more: readonly TarMember[], isGone: boolean]>([
    ['nothing compiles', [], true],
    ['triton has its own', triton({}), true],
    ['CuPy compiles', distribution('cupy-cuda13x', { 'cupy/__init__.py': '' }), false],
    ['FlashInfer compiles', distribution('flashinfer', { 'flashinfer/__init__.py': '' }), false],
    ['nvcc is there', [file('usr/local/cuda/bin/nvcc', 'x', 0o755)], false],
    ['nvcc is there, by its version', [file('usr/local/cuda-13.0/bin/nvcc', 'x', 0o755)], false],
    ['nvcc is there, of the distribution', [file('usr/bin/nvcc', 'x', 0o755)], false],
    ['nvcc is there, of a wheel', distribution('nvidia-cuda-nvcc', { 'nvidia/cu13/bin/nvcc': 'x' }), false],
    ['ptxas alone is there', distribution('nvidia-cuda-nvcc', { 'nvidia/cuda_nvcc/bin/ptxas': 'x' }), true],
    [
      'extensions are compiled',
      [file('app/a.py', 'from torch.utils import cpp_extension'), file('usr/bin/gcc', 'x', 0o755)],
      false,
    ],
  ])('%s: they go: %s', async (_, more, isGone) => {
    expect(await gone([...headers, ...more])).toEqual(isGone ? ['nvidia/cu13/include/cuda.h'] : []);
  });
});

describe('CUDA of the system', () => {
  const library = 'usr/local/cuda-12.4/lib64/libcublas.so.12';
  const cublas: TestPackage = { name: 'libcublas-12-4', files: { [library]: dynamicElf({}) } };
  const system = dpkg([{ name: 'bash', files: { 'usr/bin/bash': 'x' } }, cublas]);
  const wheel = (texts: readonly string[], runPath?: string): TarMember[] =>
    distribution('torch', {
      'torch/lib/libtorch_cuda.so': dynamicElf({ needed: texts, ...(runPath !== undefined && { runPath }) }),
    });
  const own = nvidia({ 'nvidia/cublas/lib/libcublas.so.12': dynamicElf({}) });
  const beside = '/opt/x:$ORIGIN/../../nvidia/cublas/lib';

  test.each<[reason: string, more: readonly TarMember[], isGone: boolean]>([
    ['nothing uses it', [], true],
    ['wheels bring their own', [...own, ...wheel(['libcublas.so.12'], beside)], true],
    ['a wheel looks where there is none', wheel(['libcublas.so.12'], beside), false],
    ['a wheel says nothing of where it looks', [...own, ...wheel(['libcublas.so.12'])], false],
    [
      'a wheel looks for it there',
      [...own, ...wheel(['libcublas.so.12'], '/usr/local/cuda-12.4/lib64')],
      false,
    ],
    ['a file loads it', [file('opt/x/a.so', dynamicElf({ texts: ['libcublas.so.12', 'dlopen'] }))], false],
    ['Python loads it', [file('app/a.py', 'ctypes.CDLL("libcublas.so.12")')], false],
    [
      'the application compiles',
      [file('app/a.py', 'torch.compile(m)'), file('usr/bin/gcc', 'x', 0o755)],
      false,
    ],
  ])('%s: it goes: %s', async (_, more, isGone) => {
    expect((await gone([...system, ...more])).includes(library)).toBe(isGone);
  });

  test('a package that was asked for and needs it keeps it', async () => {
    const members = dpkg([cublas, { name: 'my-service', fields: ['Depends: libcublas-12-4'] }]);
    expect(await gone(members)).toEqual([]);
  });
});
