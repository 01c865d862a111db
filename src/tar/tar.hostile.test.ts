import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTar, scanTarFile, type TarEntry, TarError, type TarMember, writeTar } from './index.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-hostile-'));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

interface Fields {
  readonly name?: string;
  readonly type?: string;
  /** Twelve bytes, as they are to stand there. */
  readonly size?: string | Buffer;
  readonly mtime?: string | Buffer;
  /** Bytes to write at an offset of the block. */
  readonly more?: readonly (readonly [offset: number, bytes: string | Buffer])[];
}

/** A header block with a right checksum around whatever the fields say. */
function header({ name = 'entry', type = '0', size = '00000000000\0', mtime, more = [] }: Fields): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0, 'latin1');
  block.write('0000644\x000000000\x000000000\0', 100, 'latin1');
  Buffer.from(size as string, 'latin1').copy(block, 124);
  Buffer.from((mtime ?? '00000000000\0') as string, 'latin1').copy(block, 136);
  block.write(type, 156, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  for (const [offset, bytes] of more) Buffer.from(bytes as string, 'latin1').copy(block, offset);
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

const octal = (value: number): string => `${value.toString(8).padStart(11, '0')}\0`;
const end = Buffer.alloc(1024);

function padded(body: string | Buffer): Buffer {
  const bytes = Buffer.from(body as string, 'latin1');
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

function extension(type: string, body: string | Buffer): Buffer {
  return Buffer.concat([header({ type, size: octal(body.length) }), padded(body)]);
}

function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${length}${rest}`;
}

/** An entry of `stored` bytes behind PAX records. */
function described(records: Readonly<Record<string, string>>, stored: string | Buffer = ''): Buffer {
  const body = Object.entries(records).map(([key, value]) => record(key, value));
  return Buffer.concat([
    extension('x', body.join('')),
    header({ size: octal(stored.length) }),
    padded(stored),
    end,
  ]);
}

/** What a reader made of an archive: the entries that it told of, and how it ended. */
interface Verdict {
  readonly entries: readonly TarEntry[];
  readonly error?: unknown;
}

async function verdictOf(
  read: (onEntry: (entry: TarEntry) => undefined) => Promise<unknown>,
): Promise<Verdict> {
  const entries: TarEntry[] = [];
  try {
    await read((entry) => void entries.push(entry));
    return { entries };
  } catch (error) {
    return { entries, error };
  }
}

/** Reads an archive as a stream in pieces of an odd length and as a file, which must come to the same. */
async function readBoth(archive: Buffer): Promise<Verdict> {
  const pieces = Array.from({ length: Math.ceil(archive.length / 700) }, (_, index) =>
    archive.subarray(index * 700, (index + 1) * 700),
  );
  const path = join(folder, 'archive.tar');
  await writeFile(path, archive);
  const streamed = await verdictOf((onEntry) => readTar(Readable.from(pieces), { onEntry }));
  const scanned = await verdictOf((onEntry) => scanTarFile(path, { onEntry }));
  expect(scanned.error === undefined).toBe(streamed.error === undefined);
  if (streamed.error === undefined) expect(scanned.entries).toEqual(streamed.entries);
  return streamed;
}

describe('an archive that lies', () => {
  test.each<[lie: string, archive: Buffer, message: RegExp]>([
    ['a size beyond the end', Buffer.concat([header({ size: octal(5000) }), end]), /cut off inside/],
    [
      'a size of 8 EiB (base-256)',
      Buffer.concat([header({ size: Buffer.from('8000000000ffffffffffffff', 'hex') }), end]),
      /size field is no number/,
    ],
    [
      'a negative size (base-256)',
      Buffer.concat([header({ size: Buffer.alloc(12, 0xff) }), end]),
      /size is negative/,
    ],
    [
      'a size that is not octal',
      Buffer.concat([header({ size: '00000000999\0' }), end]),
      /size field is no number/,
    ],
    [
      'a size in hexadecimal',
      Buffer.concat([header({ size: '0x0000000ff\0' }), end]),
      /size field is no number/,
    ],
    [
      'a size with a sign',
      Buffer.concat([header({ size: '-0000000001\0' }), end]),
      /size field is no number/,
    ],
    [
      'a time that is no number',
      Buffer.concat([header({ mtime: 'yesterday\0\0\0' }), end]),
      /mtime field is no number/,
    ],
    ['a PAX size below zero', described({ size: '-1' }), /size is no whole number/],
    ['a PAX size with a fraction', described({ size: '1.5' }), /size is no whole number/],
    ['a PAX size beyond counting', described({ size: '99999999999999999999' }), /size is no number/],
    ['a PAX size in hexadecimal', described({ size: '0x10' }), /size is no number/],
    ['a PAX size beyond the end', described({ size: '1099511627776' }), /cut off inside/],
    ['a user beyond 32 bits, who would become root', described({ uid: '4294967296' }), /no number of a user/],
    ['half a group', described({ gid: '0.5' }), /no number of a user or a group/],
    ['a name with a NUL', described({ path: 'etc/passwd\0.txt' }), /path holds a NUL/],
    ['a name longer than any', described({ path: 'a/'.repeat(8193) }), /name of 16386 characters/],
    ['a target longer than any', described({ linkpath: 'a/'.repeat(8193) }), /name of 16386 characters/],
    ['a PAX time that is no number', described({ mtime: 'NaN' }), /mtime is no number/],
    [
      'a PAX record of length 0',
      Buffer.concat([extension('x', '0 a=b\n'), header({}), end]),
      /record is malformed/,
    ],
    [
      'a PAX record that ends in its own middle',
      Buffer.concat([extension('x', '5 path=x\n'), header({}), end]),
      /record is malformed/,
    ],
    [
      'a PAX record that reaches over its header',
      Buffer.concat([extension('x', '999 path=x\n'), header({}), end]),
      /record is malformed/,
    ],
    [
      'a PAX record of absurd length',
      Buffer.concat([extension('x', `${'9'.repeat(400)} a=b\n`), header({}), end]),
      /record is malformed/,
    ],
    [
      'a PAX record of negative length',
      Buffer.concat([extension('x', '-9 path=x\n'), header({}), end]),
      /record is malformed/,
    ],
    [
      'a PAX record without a key',
      Buffer.concat([extension('x', '5 =x\n'), header({}), end]),
      /record is malformed/,
    ],
    [
      'a PAX record without an equals sign',
      Buffer.concat([extension('x', '8 path\n\0'), header({}), end]),
      /record is malformed/,
    ],
    [
      'an extended header of a gigabyte',
      Buffer.concat([header({ type: 'x', size: octal(2 ** 30) }), end]),
      /too long/,
    ],
    [
      'a long name of 8 GiB',
      Buffer.concat([header({ type: 'L', size: octal(8 * 2 ** 30 - 1) }), end]),
      /too long/,
    ],
    [
      'a global header cut off',
      Buffer.concat([header({ type: 'g', size: octal(5000) }), Buffer.alloc(512)]),
      /cut off inside a header/,
    ],
    [
      'records without number for all entries, each of which would get them',
      Buffer.concat([
        extension('g', Array.from({ length: 300 }, (_, index) => record(`key${index}`, 'v')).join('')),
        header({}),
        end,
      ]),
      /more than 256 records are for all entries/,
    ],
    [
      'a volume label beyond the end',
      Buffer.concat([header({ type: 'V', size: octal(9_000_000) }), end]),
      /cut off/,
    ],
    [
      'a dump directory beyond the end',
      Buffer.concat([header({ type: 'D', size: octal(9_000_000) }), end]),
      /cut off/,
    ],
    ['one volume of several', Buffer.concat([header({ type: 'M' }), end]), /volume of several/],
    [
      'a sparse map of too few extents',
      described(
        { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '9' },
        '2\n0\n1\n',
      ),
      /sparse map is malformed|cut off/,
    ],
    [
      'a sparse map of a billion extents',
      described(
        { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '9' },
        `999999999\n${'1\n'.repeat(600)}`,
      ),
      /sparse map is malformed/,
    ],
    [
      'a sparse map that counts no number',
      described(
        { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '9' },
        'many\n0\n1\n',
      ),
      /sparse map is malformed/,
    ],
    [
      'a sparse map without a line end',
      described(
        { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '9' },
        '1'.repeat(2000),
      ),
      /sparse map is malformed/,
    ],
    [
      'extents that overlap',
      described({ 'GNU.sparse.size': '100', 'GNU.sparse.map': '0,8,4,8' }, 'x'.repeat(16)),
      /overlap/,
    ],
    [
      'extents beyond the file',
      described({ 'GNU.sparse.size': '4', 'GNU.sparse.map': '0,8' }, 'x'.repeat(8)),
      /does not agree/,
    ],
    [
      'extents of more than is stored',
      described({ 'GNU.sparse.size': '9000000000000000', 'GNU.sparse.map': '0,8000000000000000' }, 'x'),
      /does not agree/,
    ],
    [
      'extents with a sign',
      described({ 'GNU.sparse.size': '100', 'GNU.sparse.map': '-1,1' }, 'x'),
      /sparse map is malformed/,
    ],
    [
      'an odd number of numbers',
      described({ 'GNU.sparse.size': '100', 'GNU.sparse.map': '0,1,2' }, 'x'),
      /sparse map is malformed/,
    ],
    [
      'a sparse file of negative length',
      described({ 'GNU.sparse.size': '-5', 'GNU.sparse.map': '0,1' }, 'x'),
      /does not agree/,
    ],
    [
      'old GNU extents that go on to the end',
      Buffer.concat([
        header({ type: 'S', more: [[482, '\x01']] }),
        ...Array.from({ length: 50 }, () =>
          Buffer.concat([Buffer.alloc(504), Buffer.from('\x01'), Buffer.alloc(7)]),
        ),
      ]),
      /cut off inside a header/,
    ],
    [
      'a header block of noise',
      Buffer.concat([header({}), Buffer.alloc(512, 0xa5), end]),
      /no tar header|checksum/,
    ],
  ])('%s', async (_lie, archive, message) => {
    const { error } = await readBoth(archive);
    expect(error).toBeInstanceOf(TarError);
    expect(String(error)).toMatch(message);
    expect(String(error)).toMatch(/at byte \d+/);
  });

  test('a hole of nine petabytes costs nothing', async () => {
    const { entries, error } = await readBoth(
      described({ 'GNU.sparse.size': '9000000000000000', 'GNU.sparse.map': '0,1' }, 'x'),
    );
    expect(error).toBeUndefined();
    expect(entries).toMatchObject([{ sizeBytes: 1, sparse: { realBytes: 9_000_000_000_000_000 } }]);
  });

  test('old GNU extents without end are refused before they fill the memory', async () => {
    const extent = Buffer.from('000000000010000000000000', 'latin1');
    const block = Buffer.concat([
      ...Array.from({ length: 21 }, () => extent),
      Buffer.from('\x01'),
      Buffer.alloc(7),
    ]);
    let yielded = 0;
    const source = Readable.from(
      (function* () {
        yield header({ type: 'S', more: [[482, '\x01']] });
        for (; yielded < 200_000; yielded++) yield block;
      })(),
      { objectMode: false },
    );
    await expect(readTar(source, { onEntry: () => undefined })).rejects.toThrow(/sparse map is too long/);
    expect(yielded).toBeLessThan(40_000);
  });
});

describe('an archive that is cut off', () => {
  const members: readonly TarMember[] = [
    { path: 'directory/', type: 'directory' },
    { path: 'directory/short', content: 'short' },
    { path: `directory/${'long'.repeat(80)}`, content: 'x'.repeat(3000) },
    { path: 'link', type: 'symlink', linkPath: 'y'.repeat(200) },
    { path: 'noted', content: 'z', pax: { 'SCHILY.xattr.user.note': 'note' } },
  ];

  test('anywhere is an error by both readers, bodies skipped or not', async () => {
    const whole = await buffer(writeTar(members));
    const sparse = described(
      { 'GNU.sparse.size': '5000', 'GNU.sparse.map': '0,600,2000,600' },
      's'.repeat(1200),
    );
    const archive = Buffer.concat([whole.subarray(0, -1024), sparse]);
    const complete = await readBoth(archive);
    expect(complete.error).toBeUndefined();
    const boundaries = Array.from({ length: archive.length / 512 - 1 }, (_, index) => index * 512);
    const inBetween = Array.from({ length: 150 }, (_, index) => (index * 7919) % (archive.length - 1024));
    for (const length of [...boundaries, ...inBetween].filter((at) => at <= archive.length - 1024)) {
      const { entries, error } = await readBoth(archive.subarray(0, length));
      expect(error, `cut at ${length}`).toBeInstanceOf(TarError);
      expect(entries).toEqual(complete.entries.slice(0, entries.length));
    }
  });
});
