import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  encodeName,
  readTar,
  scanTarFile,
  type TarEntry,
  TarError,
  type TarMember,
  writeTar,
} from './index.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-fuzz-'));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** Seeds that are always run; one that finds something is added, with a line on what. */
const seeds = [1, 2, 3, 4];

const part = fc.oneof(
  fc.constantFrom(
    'a',
    'usr',
    '..',
    '.',
    '.wh.a',
    '.wh..wh..opq',
    'r\udce9',
    'naïve',
    'with blank',
    'x'.repeat(120),
  ),
  fc.string({ minLength: 1, maxLength: 30 }).filter((text) => !/[\0/]/.test(text)),
);
const path = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join('/'));
const plainNumbers = {
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: fc.integer({ min: 0, max: 2 ** 32 - 2 }),
  mtimeSeconds: fc.integer({ min: -(2 ** 33), max: 2 ** 34 }),
};
const member: fc.Arbitrary<TarMember> = fc.oneof(
  fc.record({ path, content: fc.uint8Array({ maxLength: 1500 }), ...plainNumbers }),
  fc.record({ path, type: fc.constantFrom('directory' as const, 'fifo' as const), ...plainNumbers }),
  fc.record({
    path,
    type: fc.constantFrom('symlink' as const, 'hardlink' as const),
    linkPath: path,
    ...plainNumbers,
  }),
  fc.record({
    path,
    content: fc.string(),
    pax: fc.dictionary(
      fc.constantFrom('comment', 'SCHILY.xattr.user.a', 'LIBARCHIVE.x'),
      fc.string({ minLength: 1 }),
    ),
  }),
);

/** A change to the bytes at a place that is a part of the whole archive, 0 to 1. */
const mutation = fc.record({
  kind: fc.constantFrom('set', 'set', 'field', 'field', 'cut', 'insert', 'repeat', 'drop'),
  place: fc.double({ min: 0, max: 1, noNaN: true }),
  // The type flag, numbers, sparse fields and the magic are what decides how to read on.
  field: fc.constantFrom(
    [156, 1],
    [124, 12],
    [136, 12],
    [100, 8],
    [257, 8],
    [345, 155],
    [386, 24],
    [482, 1],
    [483, 12],
    [0, 100],
  ),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 24 }),
    fc
      .constantFrom(
        'xgLKSDVMAEX0123456\0',
        '77777777777\0',
        '\x80\0\0\0\0\0\0\x01\0\0\0\0',
        '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe',
        '\x01',
      )
      .map((text) => Uint8Array.from(Buffer.from(text, 'latin1'))),
  ),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never;

function mutated(archive: Buffer, { kind, place, field, bytes }: Mutation): Buffer {
  const at = Math.floor(place * archive.length);
  const block = Math.floor(at / 512) * 512;
  const copy = Buffer.from(archive);
  switch (kind) {
    case 'set':
      copy.set(bytes.subarray(0, archive.length - at), at);
      return copy;
    case 'field': {
      const [offset = 0, length = 0] = field;
      copy.set(
        bytes.subarray(0, Math.max(0, Math.min(length, archive.length - block - offset))),
        Math.min(block + offset, archive.length),
      );
      return withChecksum(copy, block);
    }
    case 'cut':
      return copy.subarray(0, at);
    case 'insert':
      return Buffer.concat([copy.subarray(0, at), bytes, copy.subarray(at)]);
    case 'repeat':
      return Buffer.concat([copy.subarray(0, at), copy.subarray(block)]);
    default:
      return Buffer.concat([copy.subarray(0, block), copy.subarray(block + 512)]);
  }
}

/** The block at an offset with the checksum that it should have, so that what else is wrong with it comes to light. */
function withChecksum(archive: Buffer, offset: number): Buffer {
  const block = archive.subarray(offset, offset + 512);
  if (block.length < 512) return archive;
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return archive;
}

interface Verdict {
  readonly entries: readonly TarEntry[];
  readonly error: unknown;
}

async function verdictOf(
  read: (onEntry: (entry: TarEntry) => undefined) => Promise<unknown>,
): Promise<Verdict> {
  const entries: TarEntry[] = [];
  const error = await read((entry) => void entries.push(entry)).then(
    () => undefined,
    (problem: unknown) => problem,
  );
  return { entries, error };
}

async function readBoth(
  archive: Buffer,
  chunkBytes: number,
): Promise<readonly [streamed: Verdict, scanned: Verdict]> {
  const chunks = Array.from({ length: Math.ceil(archive.length / chunkBytes) }, (_, index) =>
    archive.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
  const path = join(folder, 'archive.tar');
  await writeFile(path, archive);
  return [
    await verdictOf((onEntry) => readTar(Readable.from(chunks), { onEntry })),
    await verdictOf((onEntry) => scanTarFile(path, { onEntry })),
  ];
}

describe.each(seeds)('with seed %i', (seed) => {
  test('a mangled archive is read or refused by both readers alike, never anything else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(member, { maxLength: 6 }),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 100, max: 5000 }),
        async (members, mutations, chunkBytes) => {
          const archive = mutations.reduce(mutated, await buffer(writeTar(members)));
          const [streamed, scanned] = await readBoth(archive, chunkBytes);
          for (const { error } of [streamed, scanned]) {
            if (error !== undefined) expect(error).toBeInstanceOf(TarError);
          }
          expect(scanned.error === undefined).toBe(streamed.error === undefined);
          if (streamed.error === undefined) expect(scanned.entries).toEqual(streamed.entries);
          // What comes before the damage is told alike.
          const count = Math.min(streamed.entries.length, scanned.entries.length);
          expect(scanned.entries.slice(0, count)).toEqual(streamed.entries.slice(0, count));
        },
      ),
      { seed, numRuns: 400 },
    );
  });

  test('noise is refused or empty', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000, size: 'max' }), async (noise) => {
        const [streamed, scanned] = await readBoth(Buffer.from(noise), 600);
        for (const { error, entries } of [streamed, scanned]) {
          if (error !== undefined) expect(error).toBeInstanceOf(TarError);
          else expect(entries).toEqual([]);
        }
      }),
      { seed, numRuns: 100 },
    );
  });
});

const hasGnuTar = (spawnSync('tar', ['--version'], { encoding: 'utf8' }).stdout ?? '').includes('GNU tar');

/** `rwx` as `tar -tv` writes it. */
function modeText(mode: number): string {
  const letters = [...'rwxrwxrwx'].map((letter, index) => ((mode >> (8 - index)) & 1 ? letter : '-'));
  for (const [bit, index, set, alone] of [
    [0o4000, 2, 's', 'S'],
    [0o2000, 5, 's', 'S'],
    [0o1000, 8, 't', 'T'],
  ] as const) {
    if (mode & bit) letters[index] = letters[index] === 'x' ? set : alone;
  }
  return letters.join('');
}

const typeLetters: Readonly<Record<string, string>> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  hardlink: 'h',
  fifo: 'p',
};

function lineOf(entry: TarEntry): string {
  const shown = (name: string): string => encodeName(name).toString('latin1');
  const letter = entry.type === 'file' && entry.path.endsWith('/') ? 'd' : typeLetters[entry.type];
  const link = { symlink: ' -> ', hardlink: ' link to ' }[entry.type as string];
  const time = new Date(entry.mtimeSeconds * 1000)
    .toISOString()
    .replace(/^\+0*/, '')
    .replace('T', ' ')
    .slice(0, 19);
  return `${letter}${modeText(entry.mode)} ${entry.uid}/${entry.gid} ${entry.sizeBytes} ${time} ${shown(entry.path)}${link === undefined ? '' : `${link}${shown(entry.linkPath)}`}`;
}

describe.skipIf(!hasGnuTar)('GNU tar', () => {
  test.each(seeds)('lists what we read, with seed %i', async (seed) => {
    await fc.assert(
      fc.asyncProperty(fc.array(member, { maxLength: 8 }), async (members) => {
        const archive = await buffer(writeTar(members));
        const [{ entries }] = await readBoth(archive, 512);
        const words = [
          '-tvf',
          '-',
          '--numeric-owner',
          '--full-time',
          '--quoting-style=literal',
          '--show-stored-names',
          '-P',
          '--warning=none',
        ];
        const { stdout, stderr } = spawnSync('tar', words, {
          input: archive,
          encoding: 'latin1',
          env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
        });
        expect(stderr).toBe('');
        const squeezed = (text: string): string => text.replace(/(\d+\/\d+) +(\d+) /g, '$1 $2 ');
        expect(squeezed(stdout)).toBe(squeezed(entries.map((entry) => `${lineOf(entry)}\n`).join('')));
      }),
      { seed, numRuns: 30 },
    );
  });
});
