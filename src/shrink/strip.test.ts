import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ElfPart, type ElfShape, elfFile } from '../filetree/fixtures/elf-file.ts';
import type { TarMember } from '../tar/index.ts';
import { distribution, type ShrinkHow, sha256, shrinkParts, textOf } from './fixtures/shrink-image.ts';

const site = 'opt/venv/lib/python3.11/site-packages';
const bytes = (length: number, value: number): Buffer => Buffer.alloc(length, value);

interface Stripped {
  readonly file: Buffer;
  readonly because: string | undefined;
}

async function stripped(
  content: Buffer,
  more: Partial<TarMember> = {},
  how: ShrinkHow = {},
): Promise<Stripped> {
  const members = [{ path: 'opt/app/lib.so', content, mode: 0o755, ...more }];
  const shrunk = await shrinkParts({ layers: [members] }, how);
  const file = Buffer.from(shrunk.root.content('opt/app/lib.so') ?? []);
  await shrunk.close();
  return { file, because: shrunk.plan.leftAlone[0]?.because };
}

interface Load {
  readonly offset: number;
  readonly address: number;
  readonly alignment: number;
  readonly content: Buffer;
}

function loads(file: Buffer): Load[] {
  const [at, count] = [Number(file.readBigUInt64LE(32)), file.readUInt16LE(56)];
  return Array.from({ length: count }, (_, number) => {
    const word = (field: number): number => Number(file.readBigUInt64LE(at + number * 56 + field));
    return {
      offset: word(8),
      address: word(16),
      alignment: word(48),
      content: file.subarray(word(8), word(8) + word(32)),
    };
  });
}

/** What a loader maps is the same but for the tables' places in the first bytes, and where it maps it is aligned. */
function expectSameWhenLoaded(before: Buffer, after: Buffer): void {
  const [old, now] = [loads(before), loads(after)];
  expect(now.map(({ address, content }) => [address, content.length])).toEqual(
    old.map(({ address, content }) => [address, content.length]),
  );
  for (const [number, { offset, address, alignment, content }] of now.entries()) {
    expect((address - offset) % alignment).toBe(0);
    if (number > 0) expect(content.equals(old[number]?.content ?? Buffer.alloc(0))).toBe(true);
  }
}

const text: ElfPart = {
  name: '.text',
  offset: 4096,
  content: bytes(5000, 1),
  isAllocated: true,
  address: 0x1000,
};
const debug: ElfPart = { name: '.debug_info', offset: 12_288, content: bytes(50_000, 2) };
const symbols: ElfPart = { name: '.symtab', offset: 65_536, content: bytes(9000, 3), type: 2, link: 4 };
const strings: ElfPart = { name: '.strtab', offset: 77_824, content: bytes(8000, 4), type: 3 };
// What patchelf appends: a segment behind all that strip takes off.
const appended: ElfPart = {
  name: '.dynstr',
  offset: 90_112,
  content: bytes(3000, 5),
  isAllocated: true,
  address: 0x30000,
};

describe('goes', () => {
  test.each<[reason: string, parts: readonly ElfPart[], shape: ElfShape, most: number]>([
    ['debugging information at the end', [text, debug], {}, 9500],
    ['symbols with their strings', [text, debug, symbols, strings], {}, 9700],
    [
      'in front of a segment, which moves down by pages',
      [text, debug, symbols, strings, appended],
      {},
      16_000,
    ],
    [
      'in front of a segment of large pages',
      [debug, { ...symbols, link: 3 }, strings, { ...appended, offset: 0x30000 }],
      { alignment: 0x10000 },
      0x10000 + 4000,
    ],
    ['of a program', [text, debug], { type: 2 }, 9500],
  ])('%s', async (_, parts, shape, most) => {
    const before = elfFile(parts, shape);
    const { file } = await stripped(before);
    expect(file.length).toBeLessThanOrEqual(most);
    expectSameWhenLoaded(before, file);
    for (const part of [debug, symbols, strings])
      expect(file.includes(part.content.subarray(0, 5000))).toBe(false);
  });

  test('sections keep their numbers, as symbols refer to them', async () => {
    const { file } = await stripped(elfFile([text, debug, appended]));
    const table = Number(file.readBigUInt64LE(40));
    const types = [0, 1, 2, 3, 4].map((number) => file.readUInt32LE(table + number * 64 + 4));
    expect([file.readUInt16LE(60), types]).toEqual([5, [0, 1, 0, 1, 3]]);
  });
});

describe('stays', () => {
  test.each<[reason: string, file: Buffer, because: RegExp | undefined, more?: Partial<TarMember>]>([
    ['a library without', elfFile([text]), undefined],
    ['next to nothing', elfFile([text, { ...debug, content: bytes(1000, 2) }]), undefined],
    [
      'data behind it, which programs find from its end',
      elfFile([text, debug], { appended: bytes(100, 9) }),
      /appended/,
    ],
    [
      'segments that are not aligned (OpenBLAS after patchelf and strip)',
      elfFile([{ ...text, address: 0x1010 }, debug]),
      /not aligned/,
    ],
    ['an object file', elfFile([text, debug], { type: 1 }), /neither library nor program/],
    ['32 bit', Buffer.concat([elfFile([text, debug], { is32Bit: true })]), undefined],
    [
      'debugging information inside of a segment',
      elfFile([{ ...text, content: bytes(20_000, 1) }, debug]),
      /in what is loaded/,
    ],
    ['the loader', elfFile([text, debug]), /debuggers/, { path: 'opt/app/ld-linux-x86-64.so.2' }],
    ['a signed file', elfFile([text, debug]), /signed/, { pax: { 'SCHILY.xattr.security.ima': 'x' } }],
    ['a file that begins like one', Buffer.concat([Buffer.from('\x7fELF'), bytes(60_000, 0xff)]), undefined],
    ['one that is cut off', elfFile([text, debug]).subarray(0, 30_000), undefined],
  ])('%s', async (_, file, because, more = {}) => {
    const members = [{ path: 'opt/app/lib.so', content: file, mode: 0o755, ...more }];
    const shrunk = await shrinkParts({ layers: [members] });
    const path = members[0]?.path ?? '';
    expect(Buffer.from(shrunk.root.content(path) ?? []).equals(file)).toBe(true);
    expect(shrunk.plan.leftAlone.map((one) => one.because)).toEqual(
      because === undefined ? [] : [expect.stringMatching(because)],
    );
    await shrunk.close();
  });

  test('what a package of the system has the checksum of', async () => {
    const members: TarMember[] = [
      { path: 'usr/lib/libx.so.1', content: elfFile([text, debug]), mode: 0o644 },
      { path: 'var/lib/dpkg/status', content: 'Package: libx\nStatus: install ok installed\nVersion: 1\n' },
      { path: 'var/lib/dpkg/info/libx.list', content: '/usr/lib/libx.so.1\n' },
    ];
    const shrunk = await shrinkParts({ layers: [members] });
    expect(shrunk.plan.leftAlone).toMatchObject([
      { pass: 'strip', because: 'the package libx has its checksum' },
    ]);
    await shrunk.close();
  });

  test('content with two names', async () => {
    const content = elfFile([text, debug]);
    const link: TarMember = { path: 'opt/other.so', type: 'hardlink', linkPath: 'opt/app/lib.so' };
    const shrunk = await shrinkParts({ layers: [[{ path: 'opt/app/lib.so', content, mode: 0o755 }, link]] });
    expect(shrunk.root.content('opt/app/lib.so')?.length).toBe(content.length);
    await shrunk.close();
  });

  test('everything where its user skips the pass', async () => {
    const content = elfFile([text, debug]);
    expect((await stripped(content, {}, { skip: ['strip'] })).file.length).toBe(content.length);
  });
});

test('RECORD has the new hash and size', async () => {
  const shrunk = await shrinkParts({
    layers: [distribution('pkg', { 'pkg/lib.so': elfFile([text, debug]), 'pkg/a.py': '' })],
  });
  const file = Buffer.from(shrunk.root.content(`${site}/pkg/lib.so`) ?? []);
  expect(textOf(shrunk.root, `${site}/pkg-1.0.dist-info/RECORD`)?.split('\n')).toEqual([
    `pkg/lib.so,sha256=${sha256(file)},${file.length}`,
    `pkg/a.py,sha256=${sha256('')},0`,
    expect.stringMatching(/^pkg-1.0.dist-info\/METADATA,sha256=/),
    'pkg-1.0.dist-info/RECORD,,',
    '',
  ]);
  await shrunk.close();
});

test('a library that something links with stays, though a pass would take it', async () => {
  const name = Buffer.from('\0libtorchbind_test.so\0');
  // DT_NEEDED 1, DT_STRTAB, DT_STRSZ
  const dynamic = Buffer.alloc(64);
  for (const [at, value] of [
    [0, 1],
    [8, 1],
    [16, 5],
    [24, 0x2000],
    [32, 10],
    [40, name.length],
  ] as const)
    dynamic.writeBigUInt64LE(BigInt(value), at);
  const user = elfFile([
    { name: '.dynstr', offset: 0x2000, content: name, isAllocated: true, address: 0x2000 },
    { name: '.dynamic', offset: 0x3000, content: dynamic, isAllocated: true, address: 0x3000 },
  ]);
  // The second segment becomes PT_DYNAMIC.
  user.writeUInt32LE(2, 64 + 2 * 56);
  const torch = distribution('torch', {
    'torch/__init__.py': '',
    'torch/lib/libtorchbind_test.so': 'x',
    'torch/lib/user.so': user,
  });
  const shrunk = await shrinkParts({ layers: [torch] });
  expect(shrunk.plan.takenBack).toEqual([
    {
      pass: 'tests',
      path: `${site}/torch/lib/libtorchbind_test.so`,
      because: `${site}/torch/lib/user.so is linked with it`,
    },
  ]);
  await shrunk.close();
});

const hasCompiler = spawnSync('cc', ['--version']).status === 0;

test.skipIf(!hasCompiler)('a real library and a real program run without their symbols', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-strip-'));
  const run = (program: string, args: readonly string[]): string => {
    const done = spawnSync(program, args, {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, LD_LIBRARY_PATH: folder },
    });
    expect([done.stderr, done.status]).toEqual(['', 0]);
    return done.stdout;
  };
  const functions = Array.from(
    { length: 400 },
    (_, i) => `int f${i}(int a) { static int b[9]; return a + b[a % 9] + ${i}; }`,
  );
  await writeFile(
    join(folder, 'lib.c'),
    `${functions.join('\n')}\n__thread int t = 40;\nint answer(void) { return f2(t); }\n`,
  );
  await writeFile(
    join(folder, 'main.c'),
    '#include <stdio.h>\nint answer(void);\nint main(void) { printf("%d", answer()); return 0; }\n',
  );
  run('cc', ['-g3', '-O0', '-shared', '-fPIC', '-o', 'libanswer.so', 'lib.c']);
  run('cc', ['-g3', '-o', 'main', 'main.c', '-L.', '-lanswer']);
  const names = ['libanswer.so', 'main'];
  const members = await Promise.all(
    names.map(async (name) => ({
      path: `opt/${name}`,
      mode: 0o755,
      content: await readFile(join(folder, name)),
    })),
  );
  const shrunk = await shrinkParts({ layers: [members] });
  for (const { path, content } of members) {
    const file = shrunk.root.content(path) ?? Buffer.alloc(0);
    expect(file.length).toBeLessThan(content.length - 4096);
    await writeFile(join(folder, path.slice(4)), file);
  }
  expect(run(join(folder, 'main'), [])).toBe('42');
  expect(run('readelf', ['--sections', '--wide', 'libanswer.so'])).not.toMatch(/\.debug_|\.symtab/);
  await shrunk.close();
  await rm(folder, { recursive: true });
});
