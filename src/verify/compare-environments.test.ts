import { describe, expect, it } from 'vitest';
import { environment, fails, lacks, works } from './fixtures/environments.ts';
import { compareEnvironments, type Difference, type Environment, type ExpectedSwap } from './index.ts';

function differencesOf(
  fat: Partial<Environment>,
  lean: Partial<Environment>,
  swaps: readonly ExpectedSwap[] = [],
): readonly Difference[] {
  const found = compareEnvironments(environment(fat), environment(lean), swaps);
  return [...found.runtime, ...found.imports, ...found.libraries, ...found.conflicts, ...found.distributions];
}

const { distributions } = environment();
const without = (name: string) => distributions.filter((one) => one.name !== name);
const noGl = 'libGL.so.1: cannot open shared object file: No such file or directory';

interface Case {
  readonly reason: string;
  readonly fat?: Partial<Environment>;
  readonly lean?: Partial<Environment>;
  readonly swaps?: readonly ExpectedSwap[];
  readonly expected: readonly Partial<Difference>[];
}

const cases: readonly Case[] = [
  { reason: 'equal environments', expected: [] },
  {
    reason: 'an import that misses a library leads to the library',
    lean: { imports: [fails('import cv2', noGl, { library: 'libGL.so.1' }), works('import pandas')] },
    expected: [
      {
        kind: 'import',
        severity: 'break',
        what: 'import cv2',
        fat: 'works',
        hints: { soname: 'libGL.so.1' },
      },
    ],
  },
  {
    reason: 'an import that misses a module leads to the distribution that brought it to the fat image',
    lean: {
      imports: [
        works('import cv2'),
        fails('import pandas', "No module named 'numpy'", { module: 'numpy.core' }),
      ],
    },
    expected: [{ severity: 'break', hints: { module: 'numpy.core', distribution: 'numpy' } }],
  },
  {
    reason: 'what fails in both is no difference, whatever the words',
    fat: { imports: [fails('import triton', 'no GPU')] },
    lean: { imports: [fails('import triton', 'No module named triton')] },
    expected: [],
  },
  {
    reason: 'what only the lean image can import is good to know',
    fat: { imports: [fails('import cv2', noGl)] },
    lean: { imports: [works('import cv2')] },
    expected: [{ kind: 'import', severity: 'info', lean: 'works' }],
  },
  {
    reason: 'the same warning from another place and time is no new output',
    fat: {
      imports: [
        works('import cv2', '2025-01-01 10:00:00 /usr/lib/python3.11/site-packages/cv2/a.py:12: old\n'),
      ],
    },
    lean: {
      imports: [
        works('import cv2', '2026-02-02 11:11:11 /opt/venv/lib/python3.11/site-packages/cv2/a.py:15: old\n'),
      ],
    },
    expected: [],
  },
  {
    reason: 'a new warning is a change',
    lean: { imports: [works('import cv2', 'UserWarning: slow path\n')] },
    expected: [{ kind: 'import-output', severity: 'change', lean: 'UserWarning: slow path' }],
  },
  {
    reason: 'an import that works but logs a failed load is a break',
    lean: { imports: [works('import cv2', `ERROR optional backend: ImportError: ${noGl}\n`)] },
    expected: [{ kind: 'import-output', severity: 'break', hints: { soname: 'libGL.so.1' } }],
  },
  {
    reason: 'a library that no longer resolves, told once for all that need it',
    fat: { libraries: { paths: ['cv2/cv2.abi3.so', 'cv2/gapi.so'], lacking: [] } },
    lean: {
      libraries: {
        paths: ['cv2/cv2.abi3.so', 'cv2/gapi.so'],
        lacking: [lacks('cv2/cv2.abi3.so', 'libGL.so.1'), lacks('cv2/gapi.so', 'libGL.so.1')],
      },
    },
    expected: [
      {
        kind: 'shared-library',
        severity: 'break',
        what: 'libGL.so.1, which cv2/cv2.abi3.so and 1 more (opencv-python) need',
        hints: { soname: 'libGL.so.1', distribution: 'opencv-python' },
      },
    ],
  },
  {
    reason: 'a library that the fat image misses too',
    fat: { libraries: { paths: ['numba/tbb.so'], lacking: [lacks('numba/tbb.so', 'libtbb.so.12')] } },
    lean: { libraries: { paths: ['numba/tbb.so'], lacking: [lacks('numba/tbb.so', 'libtbb.so.12')] } },
    expected: [],
  },
  {
    reason: 'bundled with another distribution in the fat image, gone with it in the lean one',
    fat: {
      libraries: {
        paths: ['cv2/cv2.abi3.so'],
        lacking: [lacks('cv2/cv2.abi3.so', 'libgomp.so.1', { state: 'elsewhere' })],
      },
    },
    lean: { libraries: { paths: ['cv2/cv2.abi3.so'], lacking: [lacks('cv2/cv2.abi3.so', 'libgomp.so.1')] } },
    expected: [{ kind: 'shared-library', severity: 'break', lean: 'not found' }],
  },
  {
    reason: 'the same extension module of another Python',
    fat: { libraries: { paths: ['a/b.cpython-311-x86_64-linux-gnu.so'], lacking: [] } },
    lean: {
      libraries: {
        paths: ['a/b.cpython-312-x86_64-linux-gnu.so'],
        lacking: [lacks('a/b.cpython-312-x86_64-linux-gnu.so', 'libz.so.1')],
      },
    },
    expected: [{ severity: 'break', hints: { soname: 'libz.so.1', distribution: 'opencv-python' } }],
  },
  {
    reason: 'a base with an older C library',
    lean: {
      libraries: {
        paths: ['cv2/cv2.abi3.so'],
        lacking: [lacks('cv2/cv2.abi3.so', 'libc.so.6', { version: 'GLIBC_2.38' })],
      },
    },
    expected: [{ severity: 'break', lean: 'the library found is older: it does not define GLIBC_2.38' }],
  },
  {
    reason: 'a library that only the lean image holds has never loaded before: its import decides',
    lean: { libraries: { paths: ['new/x.so'], lacking: [lacks('new/x.so', 'libnew.so.1')] } },
    expected: [{ severity: 'change' }],
  },
  {
    reason: 'Tk of the interpreter itself, which nobody imports',
    fat: { libraries: { paths: ['lib-dynload/_tkinter.so'], lacking: [] } },
    lean: {
      libraries: {
        paths: ['lib-dynload/_tkinter.so'],
        lacking: [lacks('lib-dynload/_tkinter.so', 'libtk8.6.so', { distribution: null })],
      },
    },
    expected: [{ severity: 'change', hints: { soname: 'libtk8.6.so' } }],
  },
  {
    reason: 'found before, now only bundled elsewhere: it depends on who is imported first',
    lean: {
      libraries: {
        paths: ['cv2/cv2.abi3.so'],
        lacking: [lacks('cv2/cv2.abi3.so', 'libgomp.so.1', { state: 'elsewhere' })],
      },
    },
    expected: [{ severity: 'change', lean: 'only bundled with another distribution' }],
  },
  {
    reason: 'a requirement that is no longer met',
    lean: { distributions: without('numpy') },
    expected: [
      {
        kind: 'conflict',
        severity: 'break',
        lean: 'opencv-python 4.10.0 requires numpy, which is not installed.',
      },
      { kind: 'conflict', severity: 'break', lean: 'pandas 2.2.0 requires numpy, which is not installed.' },
      { kind: 'distribution', severity: 'info', what: 'numpy' },
    ],
  },
  {
    reason: 'a requirement of an extra or of another Python is none',
    lean: { distributions: without('pytest') },
    expected: [{ kind: 'distribution', severity: 'info', what: 'pytest', lean: 'not installed' }],
  },
  {
    reason: 'a requirement that its replacement meets under another name',
    fat: { distributions: [...distributions, { name: 'app', version: '1', requires: ['opencv-python'] }] },
    lean: {
      distributions: [
        ...without('opencv-python'),
        { name: 'opencv_python_headless', version: '4.10.0', requires: [] },
        { name: 'app', version: '1', requires: ['opencv-python'] },
      ],
    },
    swaps: [{ from: 'opencv-python', to: 'opencv-python-headless' }],
    expected: [
      { kind: 'conflict', severity: 'change' },
      { kind: 'distribution', severity: 'info', what: 'opencv-python', lean: 'not installed' },
      { kind: 'distribution', severity: 'info', what: 'opencv_python_headless', fat: 'not installed' },
    ],
  },
  {
    reason: 'another build of the same version is told as a change',
    fat: { distributions: [{ name: 'torch', version: '2.14.1', requires: [] }] },
    lean: { distributions: [{ name: 'torch', version: '2.13.0+cpu', requires: [] }] },
    expected: [{ kind: 'distribution', severity: 'change', fat: '2.14.1', lean: '2.13.0+cpu' }],
  },
  {
    reason: 'and as an info when it was asked for',
    fat: { distributions: [{ name: 'torch', version: '2.14.1', requires: [] }] },
    lean: { distributions: [{ name: 'torch', version: '2.13.0+cpu', requires: [] }] },
    swaps: [{ from: 'torch', to: 'torch' }],
    expected: [{ kind: 'distribution', severity: 'info' }],
  },
  {
    reason: 'another Python, another user, another folder',
    lean: {
      python: { ...environment().python, version: '3.12.1' },
      user: { uid: 1000, gid: 1000, name: null },
      workingDir: '/srv',
    },
    expected: [
      { kind: 'runtime', severity: 'change', what: 'Python version', lean: 'CPython 3.12.1' },
      { kind: 'runtime', severity: 'info', what: 'user', lean: 'uid 1000' },
      { kind: 'runtime', severity: 'change', what: 'working directory', lean: '/srv' },
    ],
  },
];

describe('comparing environments', () => {
  it.each(cases)('$reason', ({ fat, lean, swaps, expected }) => {
    const found = differencesOf(fat ?? {}, lean ?? {}, swaps);
    expect(found).toHaveLength(expected.length);
    expect(found).toMatchObject(expected);
  });
});
