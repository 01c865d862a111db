import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { dynamicElf } from '../filetree/fixtures/dynamic-elf.ts';
import { elfFile } from '../filetree/fixtures/elf-file.ts';
import {
  type LinkedDistribution,
  missingLibraries,
  openWheel,
  readWheelLibraries,
  type WheelLibraries,
} from './index.ts';

type Files = Readonly<Record<string, Buffer | string>>;

/** A zip file of Python's writing; `STORED` or `DEFLATED`. */
function wheelOf(files: Files, compression = 'DEFLATED'): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-wheel-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, 'in', dirname(path)), { recursive: true });
    writeFileSync(join(folder, 'in', path), content);
  }
  const wheel = join(folder, 'x-1.0-cp311-cp311-linux_x86_64.whl');
  const script = `
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_${compression}) as wheel:
    for name in sys.argv[3:]: wheel.write(os.path.join(sys.argv[2], name), name)`;
  execFileSync('python3', ['-c', script, wheel, join(folder, 'in'), ...Object.keys(files)]);
  return wheel;
}

async function read(
  wheel: string,
  options: { readonly largestPackedBytes?: number } = {},
): Promise<WheelLibraries & { readonly bytesRead: number }> {
  const source = await openWheel(pathToFileURL(wheel).href);
  let bytesRead = 0;
  const counting = {
    ...source,
    readRange: (offset: number, length: number) => {
      bytesRead += length;
      return source.readRange(offset, length);
    },
  };
  try {
    return { ...(await readWheelLibraries(counting, options)), bytesRead };
  } finally {
    await source.close();
  }
}

const linked = dynamicElf({
  needed: ['libgomp.so.1', 'libm.so.6'],
  runPath: '$ORIGIN/../x.libs',
  soname: 'lib_x.so',
});
const facts = {
  soname: 'lib_x.so',
  needed: ['libgomp.so.1', 'libm.so.6'],
  folders: ['$ORIGIN/../x.libs'],
  symbolBytes: 0,
};

describe('the dynamic sections of a wheel', () => {
  test.each(['STORED', 'DEFLATED'])('are read out of %s members', async (compression) => {
    const wheel = wheelOf({ 'x/lib/lib_x.so': linked, 'x/__init__.py': '' }, compression);
    const found = await read(wheel);
    expect(found.libraries).toEqual([{ path: 'x/lib/lib_x.so', ...facts }]);
    expect(found.unread).toEqual([]);
  });
  test('of a large library are unpacked without holding it', async () => {
    const large = Buffer.concat([linked, Buffer.alloc(70_000_000)]);
    const found = await read(wheelOf({ 'x/large.so.2': large }));
    expect(found.libraries).toEqual([{ path: 'x/large.so.2', ...facts }]);
  });
  test('of a stored library cost what lies at their places, not the whole', async () => {
    const large = Buffer.concat([linked, Buffer.alloc(5_000_000, 7)]);
    const found = await read(wheelOf({ 'x/large.so': large }, 'STORED'));
    expect(found.libraries).toEqual([{ path: 'x/large.so', ...facts }]);
    expect(found.bytesRead).toBeLessThan(150_000);
  });
  test.each([
    [
      'a name with letters behind its version',
      'x.libs/libssl-81259c47.so.1.1.1k',
      'x.libs/libssl-81259c47.so.1.1.1k',
    ],
    ['platlib', 'x-1.0.data/platlib/x/a.so', 'x/a.so'],
  ])('are found by %s', async (_, stored, path) => {
    expect((await read(wheelOf({ [stored]: linked }))).libraries.map((one) => one.path)).toEqual([path]);
  });
  test('their symbols and debugging information are summed, and what a loader maps is not', async () => {
    const built = elfFile([
      { name: '.text', offset: 0x1000, content: Buffer.alloc(5000, 1), isAllocated: true, address: 0x1000 },
      { name: '.symtab', offset: 0x3000, content: Buffer.alloc(4000, 1), type: 2, link: 3 },
      { name: '.strtab', offset: 0x4000, content: Buffer.alloc(300, 1), type: 3 },
      { name: '.debug_info', offset: 0x5000, content: Buffer.alloc(2000, 1) },
    ]);
    const found = await read(wheelOf({ 'x/a.so': built }));
    expect(found.libraries.map((one) => one.symbolBytes)).toEqual([6300]);
  });
  test('what is no ELF file has none, and the rest is read', async () => {
    const script = 'INPUT(-lx)\n'.repeat(20);
    const found = await read(wheelOf({ 'x/libx.so': script, 'x/a.so': linked }));
    expect(found).toMatchObject({ libraries: [{ path: 'x/a.so' }], unread: [] });
  });
  test('what is too large to fetch is named', async () => {
    const found = await read(wheelOf({ 'x/a.so': linked }), { largestPackedBytes: 10 });
    expect(found).toMatchObject({ libraries: [], unread: [expect.stringMatching(/^x\/a\.so: .* packed$/)] });
  });
  test('a damaged member is named', async () => {
    const wheel = wheelOf({ 'x/a.so': linked });
    execFileSync('python3', [
      '-c',
      'import sys; f = open(sys.argv[1], "r+b"); f.seek(60); f.write(b"\\xff" * 200)',
      wheel,
    ]);
    expect((await read(wheel)).unread).toEqual(['x/a.so: it cannot be unpacked']);
  });
});

const of = (
  name: string,
  libraries: Readonly<Record<string, readonly string[]>>,
  folders: readonly string[] = [],
): LinkedDistribution => ({
  name,
  version: '1.0',
  libraries: Object.entries(libraries).map(([path, needed]) => ({
    path,
    needed,
    folders,
    symbolBytes: 0,
  })),
  unread: [],
});

describe('missing libraries', () => {
  test.each<[string, readonly LinkedDistribution[], string]>([
    [
      'an unbundled library',
      [of('lightgbm', { 'lib_lightgbm.so': ['libgomp.so.1', 'libc.so.6'] })],
      'libgomp.so.1 libgomp1',
    ],
    [
      'one that a second wheel brings',
      [
        of('torchvision', { '_C.so': ['libtorch.so'] }),
        of('torch', { 'torch/lib/libtorch.so': ['libm.so.6'] }),
      ],
      '',
    ],
    [
      'one that was too large to be read',
      [
        {
          ...of('torch', { 'a.so': ['libtorch_cpu.so'] }),
          unread: ['torch/lib/libtorch_cpu.so: 121 MB packed'],
        },
      ],
      '',
    ],
    ["Python's own", [of('x', { 'a.so': ['libpython3.11.so.1.0'] })], ''],
    ['what the slim base has', [of('x', { 'a.so': ['libssl.so.3', 'libstdc++.so.6'] })], ''],
    ['a part that is done without', [of('numba', { 'tbbpool.so': ['libtbb.so.12'] })], ''],
    [
      'what comes with a GPU',
      [of('nvidia-nvshmem-cu13', { 'nvshmem_bootstrap_mpi.so.3': ['libmpi.so.40'] })],
      '',
    ],
    [
      'one of another wheel that its folders do not lead to',
      [
        of('lightgbm', { 'lightgbm/lib/lib_lightgbm.so': ['libgomp.so.1'] }),
        of('torch', { 'torch/lib/libgomp.so.1': [], 'torch/lib/libtorch.so': ['libgomp.so.1'] }),
      ],
      'libgomp.so.1 libgomp1',
    ],
    [
      'one of another wheel that they lead to',
      [
        of('torchvision', { 'torchvision/_C.so': ['libgomp.so.1'] }, ['$ORIGIN/../torch/lib']),
        of('torch', { 'torch/lib/libgomp.so.1': [] }),
      ],
      '',
    ],
    [
      'the folders as they may be written',
      [
        of('a', { 'a/b/c.so': ['libgomp.so.1'] }, ['/opt/x', '${ORIGIN}/../../d/lib/.']),
        of('d', { 'd/lib/libgomp.so.1': [] }),
      ],
      '',
    ],
    [
      'a wheel that was not read where they lead to',
      [
        of('a', { 'a/c.so': ['libgomp.so.1'] }, ['$ORIGIN/../d']),
        { ...of('d', {}), unread: ['d/libgomp.so.1: 121 MB packed'] },
      ],
      '',
    ],
    [
      "what a wheel puts into the environment's own lib",
      [
        of('numpy', { 'numpy/core/x.so': ['libtbb.so.12'] }, ['$ORIGIN/../../../..']),
        of('tbb', { 'tbb-2021.1.data/data/lib/libtbb.so.12': [] }),
      ],
      '',
    ],
    [
      'one elsewhere in the same wheel, which is loaded before',
      [of('x', { 'x/a.so': ['libgomp.so.1'], 'x/lib/libgomp.so.1': [] })],
      '',
    ],
    ['what no package is known for', [of('casadi', { 'a.so': ['libknitro.so'] })], 'libknitro.so ?'],
  ])('%s', (_, environment, told) => {
    const found = missingLibraries(environment, 'bookworm');
    expect(found.map(({ soname, packageName }) => `${soname} ${packageName ?? '?'}`).join(', ')).toBe(told);
  });
  test('a suite has its own name for a package', () => {
    const [found] = missingLibraries([of('x', { 'a.so': ['libglib-2.0.so.0'] })], 'trixie');
    expect(found?.packageName).toBe('libglib2.0-0t64');
  });
});
