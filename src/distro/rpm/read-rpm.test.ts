import { readFileSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LayerSpec, rootOf } from '../fixtures/root-of.ts';
import { type DistroInventory, findDistroPackages, isDistroInventoryFile } from '../index.ts';

// Made by fixtures/rpm/make-databases.sh, with rpm's own word on them beside them.
const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/rpm/${name}`, import.meta.url));
const database = (name: string): Uint8Array => zstdDecompressSync(fixture(`${name}.zst`));
const table = (name: string): string[][] =>
  fixture(name)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));

const keyRing = 'gpg-pubkey';
const expectedPackages = table('rpm-qa.tsv')
  .filter(([name]) => name !== keyRing)
  .map(([name, epoch, version, release, architecture]) => ({
    name,
    version: `${epoch === '(none)' ? '' : `${epoch}:`}${version}-${release}`,
    architecture,
  }));
// Columns: package, state, flags (g: ghost), path. Directories are not files of a package.
const expectedFiles = table('rpm-qla.tsv')
  .filter(([, state, flags, path]) => state === 'normal' && !flags?.includes('g') && !isFolder(path ?? ''))
  .map(([name, , , path]) => `${name} ${path}`);

function isFolder(path: string): boolean {
  return table('rpm-qla.tsv').some(([, , , other]) => other?.startsWith(`${path}/`));
}

/** An image that has every file of the fixtures' packages, ghosts and left-out documentation among them. */
const everyFile: LayerSpec = Object.fromEntries(
  table('rpm-qla.tsv').flatMap(([, , , path]) =>
    path === undefined || isFolder(path) ? [] : [[path.slice(1), 10]],
  ),
);

function inventoryOf(files: LayerSpec): DistroInventory {
  return findDistroPackages(rootOf(files, everyFile));
}

function filesOf({ packages }: DistroInventory): string[] {
  return packages.flatMap(({ name, files }) => files.map((path) => `${name} /${path}`)).sort();
}

describe('the packages and files that rpm itself reads', () => {
  test.each([
    ['var/lib/rpm/rpmdb.sqlite', 'rpmdb.sqlite', 'SQLite, rows on overflow pages below an interior page'],
    ['usr/lib/sysimage/rpm/rpmdb.sqlite', 'rpmdb.sqlite', 'its place since Fedora 36'],
    ['usr/lib/sysimage/rpm/Packages.db', 'Packages.db', 'ndb, with a slot that was freed'],
    ['var/lib/rpm/Packages', 'Packages', 'Berkeley DB, values inline and on overflow pages'],
  ])('%s from %s: %s', (path, name) => {
    const inventory = inventoryOf({ [path]: database(name) });
    const found = inventory.packages.map(({ name: one, version, architecture }) => ({
      name: one,
      version,
      architecture,
    }));
    expect(found.sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(expectedPackages);
    expect(filesOf(inventory)).toEqual(expectedFiles.sort());
    expect(inventory.unreadable).toEqual([]);
    expect(isDistroInventoryFile(path)).toBe(true);
  });
});

test('versions have their epoch, and packages of another name their source', () => {
  const { packages, ownerOf } = inventoryOf({ 'var/lib/rpm/Packages.db': database('Packages.db') });
  expect(packages.find(({ name }) => name === 'libtool9')).toMatchObject({
    manager: 'rpm',
    version: '2:1.4~rc1-3.fix',
    architecture: 'x86_64',
    sourceName: 'tool',
    files: ['usr/lib64/libtool.so.9'],
    sizeBytes: 10,
  });
  expect(packages.find(({ name }) => name === 'tool')?.sourceName).toBeUndefined();
  expect(ownerOf('usr/bin/tl')?.name).toBe('tool');
  expect(ownerOf('var/log/tool.log'), 'a ghost file is made by somebody else').toBeUndefined();
  expect(ownerOf('usr/share/doc/tool/README'), 'left out with --nodocs').toBeUndefined();
});

test('a Berkeley DB of a big-endian machine', () => {
  const { packages, unreadable } = inventoryOf({ 'var/lib/rpm/Packages': database('Packages.big-endian') });
  expect(packages.map(({ name }) => name).sort()).toEqual(['libtool9', 'tool']);
  expect(unreadable).toEqual([]);
});

describe('a write-ahead log', () => {
  const path = 'var/lib/rpm/rpmdb.sqlite';
  const [file, log] = [database('wal-rpmdb.sqlite'), database('wal-rpmdb.sqlite-wal')];
  const namesWith = (more: LayerSpec): string[] =>
    inventoryOf({ [path]: file, ...more }).packages.map(({ name }) => name);
  const torn = Uint8Array.from(log);
  torn[60] = (torn[60] ?? 0) ^ 1;

  test('has the last changes', () =>
    expect(namesWith({ [`${path}-wal`]: log })).toEqual(['libtool9', 'tool']));
  test.each<[string, LayerSpec]>([
    ['is absent', {}],
    ['is empty, as rpm leaves it', { [`${path}-wal`]: new Uint8Array() }],
    ['has a wrong checksum', { [`${path}-wal`]: torn }],
    ['ends before the transaction does', { [`${path}-wal`]: log.subarray(0, 32 + 24 + 4096) }],
  ])('%s: the file counts alone', (_, more) => expect(namesWith(more)).toEqual(['libtool9']));
  test('is captured', () => expect(isDistroInventoryFile(`${path}-wal`)).toBe(true));
});

describe('damage is told, and the rest is read', () => {
  const formats = [
    ['rpmdb.sqlite', 'rpmdb.sqlite'],
    ['Packages.db', 'Packages.db'],
    ['Packages', 'Packages'],
  ] as const;

  test.each(formats)('%s cut to two thirds', (file, name) => {
    const whole = database(name);
    const { packages, unreadable } = inventoryOf({
      [`var/lib/rpm/${file}`]: whole.subarray(0, Math.floor((whole.length * 2) / 3)),
    });
    expect(packages.length).toBeLessThan(expectedPackages.length + 1);
    expect(unreadable).toEqual([
      { path: `var/lib/rpm/${file}`, reason: expect.stringMatching(/too early|cut|breaks off/) },
    ]);
  });

  test.each(formats)('%s that is something else, or empty', (file) => {
    for (const content of [new Uint8Array(), new TextEncoder().encode('<html>'.repeat(100))]) {
      const { packages, unreadable } = inventoryOf({ [`var/lib/rpm/${file}`]: content });
      expect([packages, unreadable.length]).toEqual([[], 1]);
    }
  });

  test('one header with a broken text leaves the others', () => {
    const content = Buffer.from(database('Packages.db'));
    const start = content.indexOf('libtool9\0');
    // The entry for the name is the first after the region's: its type becomes that of numbers.
    content.writeUInt32BE(99, content.lastIndexOf(Buffer.from([0, 0, 3, 232]), start) + 4);
    const { packages, unreadable } = inventoryOf({ 'var/lib/rpm/Packages.db': content });
    expect(packages.map(({ name }) => name)).not.toContain('libtool9');
    expect(packages).toHaveLength(expectedPackages.length - 1);
    expect(unreadable[0]?.reason).toMatch(/^package header \d+ of \d+: tag 1000 holds no text$/);
  });

  test('one that was too large to be captured is told', () => {
    const { packages, unreadable } = inventoryOf({ 'var/lib/rpm/rpmdb.sqlite': 500_000_000 });
    expect(packages).toEqual([]);
    expect(unreadable).toEqual([
      { path: 'var/lib/rpm/rpmdb.sqlite', reason: 'it was not kept while its layer was read' },
    ]);
  });

  test.each(formats)('%s with any bytes changed is read to an end', (file, name) => {
    const whole = database(name);
    const change = fc.record({
      at: fc.nat(whole.length - 1),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), (changes) => {
        const content = Uint8Array.from(whole);
        for (const { at, bytes } of changes) content.set(bytes.subarray(0, content.length - at), at);
        const { packages } = findDistroPackages(rootOf({ [`var/lib/rpm/${file}`]: content }));
        expect(packages.length).toBeLessThanOrEqual(expectedPackages.length + 1);
      }),
      { numRuns: 60 },
    );
  });
});
