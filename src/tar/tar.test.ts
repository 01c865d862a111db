import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeName,
  encodeName,
  packTar,
  readTar,
  type TarEntry,
  TarError,
  type TarMember,
  writeTar,
} from './index.ts';

interface Read {
  readonly entry: TarEntry;
  readonly content: string;
}

function inPieces(bytes: Buffer, size: number): Readable {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return Readable.from(pieces, { objectMode: false });
}

async function readAll(bytes: Buffer, chunkBytes = 65_536, isEndMarkerOptional = false): Promise<Read[]> {
  const found: Read[] = [];
  const sizeBytes = await readTar(inPieces(bytes, chunkBytes), {
    isEndMarkerOptional,
    onEntry(entry) {
      const parts: Buffer[] = [];
      return {
        write: (chunk) => parts.push(Buffer.from(chunk)),
        end: () => found.push({ entry, content: Buffer.concat(parts).toString('latin1') }),
      };
    },
  });
  expect(sizeBytes).toBe(bytes.length);
  return found;
}

/** A header block by hand, so that the reader is not tested against our writer's view alone. */
function header(fields: {
  readonly name: string;
  readonly type?: string;
  readonly size?: string;
  readonly magic?: string;
  readonly prefix?: string;
  readonly link?: string;
  readonly patch?: (block: Buffer) => void;
}): Buffer {
  const block = Buffer.alloc(512);
  block.write(fields.name, 0, 'latin1');
  block.write('0000644\0', 100);
  block.write('0001750\0', 108);
  block.write('0000144\0', 116);
  block.write(fields.size ?? '00000000000\0', 124, 'latin1');
  block.write('14500000000\0', 136);
  block.write(fields.type ?? '0', 156);
  block.write(fields.link ?? '', 157, 'latin1');
  block.write(fields.magic ?? 'ustar\u000000', 257, 'latin1');
  block.write(fields.prefix ?? '', 345, 'latin1');
  fields.patch?.(block);
  return sealed(block);
}

function sealed(block: Buffer, signed = false): Buffer {
  block.fill(0x20, 148, 156);
  let sum = 0;
  for (const byte of block) sum += signed && byte > 127 ? byte - 256 : byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function body(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

function octal(value: number): string {
  return `${value.toString(8).padStart(11, '0')}\0`;
}

function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${length}${rest}`;
}

function pax(records: readonly string[], type = 'x'): Buffer {
  const text = records.join('');
  return Buffer.concat([header({ name: 'PaxHeaders/x', type, size: octal(text.length) }), body(text)]);
}

function gnuLong(type: 'L' | 'K', name: string): Buffer {
  const size = octal(name.length + 1);
  return Buffer.concat([
    header({ name: '././@LongLink', type, size, magic: 'ustar  \0' }),
    body(`${name}\0`),
  ]);
}

const end = Buffer.alloc(1024);
const longName = `${'directory/'.repeat(20)}file`;

function base256(value: bigint, length: number): (block: Buffer, at: number) => void {
  return (block, at) => {
    let rest = BigInt.asUintN(length * 8, value);
    for (let index = length - 1; index >= 0; index--) {
      block[at + index] = Number(rest & 0xffn);
      rest >>= 8n;
    }
    block[at] = (block[at] ?? 0) | 0x80;
  };
}

describe('reading', () => {
  test.each<[reason: string, archive: Buffer, expected: Partial<TarEntry>]>([
    ['a plain file', header({ name: 'a' }), { path: 'a', type: 'file', mode: 0o644, uid: 1000, gid: 100 }],
    [
      'the ustar prefix',
      header({ name: 'b', prefix: 'usr/share' }),
      { path: 'usr/share/b', mtimeSeconds: 0o14500000000 },
    ],
    [
      'GNU has no prefix: the field holds times there',
      header({ name: 'b', prefix: '14500000000', magic: 'ustar  \0' }),
      { path: 'b' },
    ],
    [
      'V7 marks a directory by its slash',
      header({ name: 'd/', type: '\0', magic: '' }),
      { type: 'directory' },
    ],
    ['a contiguous file is a file', header({ name: 'a', type: '7' }), { type: 'file' }],
    ['an unknown type is a file (POSIX)', header({ name: 'a', type: 'Q' }), { type: 'file' }],
    ['a fifo', header({ name: 'p', type: '6' }), { type: 'fifo' }],
    [
      'a device with its numbers',
      header({
        name: 'null',
        type: '3',
        patch: (block) => {
          block.write('0000001\0', 329);
          block.write('0000003\0', 337);
        },
      }),
      { type: 'character-device', deviceMajor: 1, deviceMinor: 3 },
    ],
    [
      'a hard link has no body, even when its size says so',
      header({ name: 'h', type: '1', link: 'a', size: octal(1000) }),
      { type: 'hardlink', linkPath: 'a', sizeBytes: 0 },
    ],
    [
      'GNU long name and long link, in either order',
      Buffer.concat([
        gnuLong('K', `${longName}-target`),
        gnuLong('L', longName),
        header({ name: 'x', type: '2' }),
      ]),
      { path: longName, linkPath: `${longName}-target`, type: 'symlink' },
    ],
    [
      'PAX records over the header fields',
      Buffer.concat([
        pax([record('path', 'na\xc3\xafve'), record('uid', '3000000'), record('mtime', '1350244992.5')]),
        header({ name: 'x' }),
      ]),
      { path: 'naïve', uid: 3_000_000, gid: 100, mtimeSeconds: 1350244992.5 },
    ],
    [
      'a negative PAX time is before 1970',
      Buffer.concat([pax([record('mtime', '-1.5')]), header({ name: 'x' })]),
      { mtimeSeconds: -1.5 },
    ],
    [
      'a global PAX header holds for what follows; a local one goes before it',
      Buffer.concat([
        pax([record('uid', '7'), record('gid', '8'), record('comment', 'c0ffee')], 'g'),
        pax([record('uid', '9')]),
        header({ name: 'x' }),
      ]),
      { path: 'x', uid: 9, gid: 8 },
    ],
    [
      'an empty PAX value takes a record away',
      Buffer.concat([pax([record('path', 'long'), record('path', '')]), header({ name: 'short' })]),
      { path: 'short' },
    ],
    [
      'an empty PAX value takes a global record away for one entry',
      Buffer.concat([
        pax([record('path', 'global'), record('gid', '8')], 'g'),
        pax([record('path', '')]),
        header({ name: 'own' }),
      ]),
      { path: 'own', gid: 8 },
    ],
    [
      'user -2, the nobody of old systems, is that of Linux',
      Buffer.concat([pax([record('uid', '-2')]), header({ name: 'x' })]),
      { uid: 4_294_967_294 },
    ],
    [
      'NULs may fill a PAX header up',
      Buffer.concat([pax([record('path', 'y'), '\0\0\0']), header({ name: 'x' })]),
      { path: 'y' },
    ],
    [
      'base-256 numbers, negative ones too',
      header({
        name: 'x',
        patch: (block) => {
          base256(5_000_000n, 8)(block, 108);
          base256(-86_400n, 12)(block, 136);
        },
      }),
      { uid: 5_000_000, mtimeSeconds: -86_400 },
    ],
    [
      'numbers between blanks, as old writers have them',
      header({ name: 'x', patch: (block) => void block.write('   644 \0', 100) }),
      { mode: 0o644 },
    ],
    [
      'a checksum of signed bytes',
      sealed(header({ name: 'caf\xe9' }), true),
      { path: decodeName(Buffer.from('caf\xe9', 'latin1')) },
    ],
    [
      'a volume label is no entry',
      Buffer.concat([header({ name: 'label', type: 'V', magic: 'ustar  \0' }), header({ name: 'x' })]),
      { path: 'x' },
    ],
    [
      'a GNU dump directory has a list but no content',
      Buffer.concat([header({ name: 'd/', type: 'D', size: octal(600) }), body('Y'.repeat(600))]),
      { path: 'd/', type: 'directory', sizeBytes: 0 },
    ],
  ])('%s', async (_reason, archive, expected) => {
    for (const chunkBytes of [1, 100, 65_536]) {
      const found = await readAll(Buffer.concat([archive, end]), chunkBytes);
      expect(found).toHaveLength(1);
      expect(found[0]?.entry).toMatchObject(expected);
    }
  });

  test('a file over 8 GiB: its header tells the whole size, and its absence is noticed', async () => {
    const entries: TarEntry[] = [];
    const big = 9 * 1024 ** 3;
    for (const archive of [
      header({ name: 'big', patch: (block) => base256(BigInt(big), 12)(block, 124) }),
      Buffer.concat([pax([record('size', String(big))]), header({ name: 'big' })]),
    ]) {
      const reading = readTar(inPieces(Buffer.concat([archive, end]), 700), {
        onEntry: (entry) => void entries.push(entry),
      });
      await expect(reading).rejects.toThrow('cut off inside a file');
    }
    expect(entries.map((entry) => entry.sizeBytes)).toEqual([big, big]);
  });

  test('names that are not UTF-8 stay apart and come back byte by byte', () => {
    const latin = Buffer.from([0x63, 0x61, 0x66, 0xe9]);
    const other = Buffer.from([0x63, 0x61, 0x66, 0xe8]);
    expect(decodeName(latin)).not.toBe(decodeName(other));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) =>
        encodeName(decodeName(Buffer.from(bytes))).equals(Buffer.from(bytes)),
      ),
    );
  });

  test('anything may follow the end, and is drained', async () => {
    const garbage = Buffer.alloc(70_000, 0xab);
    expect(await readAll(Buffer.concat([header({ name: 'a' }), end, garbage]))).toHaveLength(1);
  });

  test('an archive without its end marker is whole only where something else proves it', async () => {
    const archive = Buffer.concat([header({ name: 'a', size: octal(3) }), Buffer.from('abc')]);
    expect(await readAll(archive, 512, true)).toMatchObject([{ content: 'abc' }]);
    await expect(readAll(archive)).rejects.toThrow(TarError);
    await expect(readAll(header({ name: 'a' }))).rejects.toThrow('end marker is missing');
    expect(await readAll(Buffer.alloc(0), 1, true)).toEqual([]);
    await expect(readAll(Buffer.alloc(0))).rejects.toThrow(TarError);
  });
});

describe('sparse files', () => {
  const extents = 'AAAABB';
  const expected = {
    path: 'holes',
    sizeBytes: 6,
    sparse: {
      realBytes: 5000,
      extents: [
        { offset: 1000, sizeBytes: 4 },
        { offset: 4000, sizeBytes: 2 },
      ],
    },
  };
  const oldGnu = header({
    name: 'holes',
    type: 'S',
    size: octal(6),
    magic: 'ustar  \0',
    patch: (block) => {
      block.write(octal(1000), 386);
      block.write(octal(4), 398);
      block.write(octal(4000), 410);
      block.write(octal(2), 422);
      block.write(octal(5000), 483);
    },
  });
  const map10 = body('2\n1000\n4\n4000\n2\n');
  test.each([
    ['old GNU', Buffer.concat([oldGnu, body(extents)])],
    [
      'PAX 0.0, whose keys repeat',
      Buffer.concat([
        pax([
          record('GNU.sparse.size', '5000'),
          record('GNU.sparse.numblocks', '2'),
          record('GNU.sparse.offset', '1000'),
          record('GNU.sparse.numbytes', '4'),
          record('GNU.sparse.offset', '4000'),
          record('GNU.sparse.numbytes', '2'),
        ]),
        header({ name: 'holes', size: octal(6) }),
        body(extents),
      ]),
    ],
    [
      'PAX 0.1',
      Buffer.concat([
        pax([
          record('GNU.sparse.size', '5000'),
          record('GNU.sparse.name', 'holes'),
          record('GNU.sparse.map', '1000,4,4000,2'),
        ]),
        header({ name: 'GNUSparseFile.0/holes', size: octal(6) }),
        body(extents),
      ]),
    ],
    [
      'PAX 1.0, the map before the content',
      Buffer.concat([
        pax([
          record('GNU.sparse.major', '1'),
          record('GNU.sparse.minor', '0'),
          record('GNU.sparse.name', 'holes'),
          record('GNU.sparse.realsize', '5000'),
        ]),
        header({ name: 'GNUSparseFile.0/holes', size: octal(map10.length + 6) }),
        map10,
        body(extents),
      ]),
    ],
  ])('%s', async (_name, archive) => {
    const next = header({ name: 'next' });
    for (const chunkBytes of [300, 65_536]) {
      const found = await readAll(Buffer.concat([archive, next, end]), chunkBytes);
      expect(found[0]).toMatchObject({ entry: expected, content: extents });
      expect(found[1]?.entry.path).toBe('next');
    }
  });

  test('a map that lies about the stored bytes is an error', async () => {
    const archive = Buffer.concat([
      pax([record('GNU.sparse.size', '5000'), record('GNU.sparse.map', '1000,4,4000,3')]),
      header({ name: 'holes', size: octal(6) }),
      body(extents),
      end,
    ]);
    await expect(readAll(archive)).rejects.toThrow('does not agree with the sizes');
  });
});

describe('damage', () => {
  const file = Buffer.concat([header({ name: 'a', size: octal(3) }), body('abc')]);
  test.each<[reason: string, archive: Buffer, offset: number]>([
    ['a flipped bit in a header', flipped(Buffer.concat([file, file, end]), 1024 + 101), 1024],
    ['no tar at all', Buffer.alloc(2000, 'x'), 0],
    [
      'a lone block of zeros between entries, as Go refuses it',
      Buffer.concat([file, Buffer.alloc(512), file, end]),
      1536,
    ],
    ['a PAX record whose length is wrong', Buffer.concat([pax(['99 path=x\n']), file, end]), 512],
    ['a PAX header before nothing', Buffer.concat([pax([record('path', 'x')]), end]), 1024],
    ['a size that is no number', Buffer.concat([header({ name: 'a', size: '12x45678901\0' }), end]), 0],
    [
      'a negative size',
      Buffer.concat([header({ name: 'a', patch: (block) => base256(-1n, 12)(block, 124) }), end]),
      0,
    ],
    [
      'an extended header of a gigabyte',
      Buffer.concat([header({ name: 'x', type: 'x', size: octal(1e9) }), end]),
      512,
    ],
  ])('%s is an error with its place', async (_reason, archive, offset) => {
    const error = await readAll(archive).catch((problem: unknown) => problem);
    expect(error).toBeInstanceOf(TarError);
    expect(error).toMatchObject({ offsetBytes: offset });
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

const nameArbitrary = fc
  .array(
    fc.oneof(
      fc.stringMatching(/^[a-z0-9._ -]{1,60}$/),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((parts) => parts.map((part) => part.replace(/[\0/]/g, '_')).join('/'));

const memberArbitrary: fc.Arbitrary<TarMember> = fc
  .record({
    path: nameArbitrary,
    linkPath: nameArbitrary,
    type: fc.constantFrom('file', 'file', 'directory', 'symlink', 'hardlink', 'fifo', 'character-device'),
    content: fc.uint8Array({ maxLength: 1500 }),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: fc.oneof(fc.nat(70_000), fc.nat({ max: 2 ** 32 - 1 })),
    gid: fc.nat(70_000),
    mtimeSeconds: fc.oneof(
      fc.nat(2 ** 31),
      fc.integer({ min: -(2 ** 31), max: 2 ** 36 }),
      fc.nat(2 ** 31).map((seconds) => seconds + 0.25),
    ),
    userName: fc.constantFrom('root', 'münchen', 'a-name-of-more-than-thirty-two-characters'),
  })
  .map(({ linkPath, content, ...member }) => ({
    ...member,
    ...(member.type === 'file' && { content }),
    ...((member.type === 'symlink' || member.type === 'hardlink') && { linkPath }),
  }));

describe('writing', () => {
  test('what is written is read back, whatever the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(memberArbitrary, { maxLength: 8 }),
        fc.integer({ min: 1, max: 3000 }),
        async (members, size) => {
          const found = await readAll(await buffer(writeTar(members)), size);
          expect(found.map(({ entry, content }) => asMember(entry, content))).toEqual(members);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('packed into pieces of any length, the bytes are the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(memberArbitrary, { maxLength: 8 }),
        fc.nat(2_500_000),
        fc.integer({ min: 300, max: 1_000_000 }),
        async (drawn, sizeBytes, pieceBytes) => {
          const members = drawn.map((member) => ({ ...member, content: asBytes(member) }));
          const long = Buffer.alloc(sizeBytes, 'abcdefg');
          const placed = {
            sizeBytes,
            read: (target: Buffer, start: number): void => void long.copy(target, 0, start),
          };
          const fill = packTar([...members, { path: 'long', content: placed }, { path: 'z' }]);
          const pieces: Buffer[] = [];
          for (let isFull = true; isFull; ) {
            const piece = Buffer.alloc(pieceBytes);
            const filled = fill(piece);
            pieces.push(piece.subarray(0, filled));
            isFull = filled === pieceBytes;
          }
          expect(fill(Buffer.alloc(8))).toBe(0);
          const whole = await buffer(writeTar([...members, { path: 'long', content: long }, { path: 'z' }]));
          expect(Buffer.concat(pieces).equals(whole)).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('what is no file has no content, packed or not', async () => {
    const member = { path: 'a', type: 'symlink', content: 'x' } as const;
    expect(() => packTar([member])).toThrow('a symlink has no content');
    await expect(buffer(writeTar([member]))).rejects.toThrow('a symlink has no content');
  });

  test('an archive cut off anywhere is an error, unless only its last end block is missing', async () => {
    const archive = await buffer(
      writeTar([
        { path: 'a/'.repeat(80), type: 'directory' },
        { path: 'file', content: 'x'.repeat(700) },
        { path: 'ünïcode', content: 'y' },
      ]),
    );
    const whole = await readAll(archive);
    for (let length = 0; length < archive.length; length += 37) {
      const reading = readAll(archive.subarray(0, length), 1000);
      if (length >= archive.length - 512) expect(await reading).toEqual(whole);
      else await expect(reading, `cut at ${length}`).rejects.toThrow(TarError);
    }
  });

  test('content from a stream must have the length it promised', async () => {
    const member = (sizeBytes: number): TarMember => ({
      path: 'a',
      content: { sizeBytes, open: () => Readable.from([Buffer.from('four')]) },
    });
    expect(await readAll(await buffer(writeTar([member(4)])))).toMatchObject([{ content: 'four' }]);
    await expect(buffer(writeTar([member(5)]))).rejects.toThrow('not the 5 promised');
    await expect(buffer(writeTar([member(3)]))).rejects.toThrow('not the 3 promised');
  });
});

function asBytes({ content }: TarMember): Uint8Array {
  return content instanceof Uint8Array ? content : new Uint8Array();
}

function asMember(entry: TarEntry, content: string): TarMember {
  return {
    path: entry.path,
    type: entry.type,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    mtimeSeconds: entry.mtimeSeconds,
    userName: entry.userName,
    ...(entry.type === 'file' && { content: new Uint8Array(Buffer.from(content, 'latin1')) }),
    ...(entry.linkPath !== '' && { linkPath: entry.linkPath }),
  };
}

describe('times finer than a double holds', () => {
  const written = async (member: TarMember): Promise<string | undefined> => {
    const [read] = await readAll(await buffer(writeTar([member])));
    return read?.entry.pax.get('mtime');
  };
  test('go out as the record says that they came with', async () => {
    const pax = { mtime: '1700000000.123456789' };
    expect(await written({ path: 'x', mtimeSeconds: Number(pax.mtime), pax })).toBe('1700000000.123456789');
  });
  test('a record of another time does not count', async () => {
    const pax = { mtime: '1.123456789' };
    expect(await written({ path: 'x', mtimeSeconds: 5.5, pax })).toBe('5.5');
    expect(await written({ path: 'x', mtimeSeconds: 5, pax })).toBeUndefined();
  });
});
