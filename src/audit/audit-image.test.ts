import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RootFileSystem } from '../filetree/index.ts';
import { findingKinds } from '../finding/index.ts';
import { type RequestOptions, requestOf } from './fixtures/request-of.ts';
import { type EntrySpec, type LayerSpec, rootOf } from './fixtures/root-of.ts';
import { type Audit, type AuditGrouping, auditImage, groupAudit } from './index.ts';

function audit(root: RootFileSystem, options: RequestOptions = {}): Audit {
  return auditImage(requestOf(root, options));
}

const site = 'usr/local/lib/python3.11/site-packages';

describe('dead bytes', () => {
  const report = audit(
    rootOf(
      {
        'a/big': 500,
        'a/old': 40,
        'a/owned': { sizeBytes: 70, contentHash: 'aa' },
        'a/same': { sizeBytes: 30, contentHash: 'bb' },
      },
      {
        'a/old': 45,
        'a/owned': { sizeBytes: 70, contentHash: 'aa', mode: 0o600 },
        'a/same': { sizeBytes: 30, contentHash: 'bb', mtimeSeconds: 9 },
      },
      { a: 'whiteout:' },
    ),
  );

  test('tell what happened, where the bytes are and who hides them', () => {
    expect(
      report.findings.map(({ kind, layer, sizeBytes, instruction }) => [kind, layer, sizeBytes, instruction]),
    ).toEqual([
      ['deleted-file', 0, 500, 'RUN step 0'],
      ['deleted-file', 1, 145, 'RUN step 1'],
      ['metadata-copy', 0, 70, 'RUN step 0'],
      ['overwritten-file', 0, 40, 'RUN step 0'],
      ['unchanged-copy', 0, 30, 'RUN step 0'],
    ]);
    expect(report.findings[0]?.remedy).toContain('Hidden by layer 2');
  });

  test('are summed for each layer', () => {
    expect(report.deadBytes).toBe(785);
    expect(report.efficiency).toBe(0);
    expect(
      report.layers.map(
        ({ deadBytes, metadataOnlyBytes, buriedBytes, removedBytes, addedBytes, changedBytes }) => [
          deadBytes,
          metadataOnlyBytes,
          buriedBytes,
          removedBytes,
          addedBytes,
          changedBytes,
        ],
      ),
    ).toEqual([
      [640, 70, 0, 0, 640, 0],
      [145, 0, 140, 0, 0, 145],
      [0, 0, 645, 645, 0, 0],
    ]);
  });
});

test('a layer that is stored under another digest than its tar is compressed, even if it is no shorter', () => {
  const request = requestOf(rootOf({ 'model.gz': 5000 }, { 'plain.gz': 5000 }));
  const layers = request.image.layers.map((layer, position) =>
    position === 0 ? { ...layer, digest: 'sha256:packed', sizeBytes: layer.sizeBytes + 40 } : layer,
  );
  const [packed, plain] = auditImage({ ...request, image: { ...request.image, layers } }).layers;
  expect(packed?.compressedBytes).toBe((packed?.tarBytes ?? 0) + 40);
  expect(plain?.compressedBytes).toBeUndefined();
});

test('a distribution that two environments have is told apart by its place', () => {
  const of = (name: string, location: string): RequestOptions['distributions'] => [
    { name, version: '1', files: [], sizeBytes: 7, location },
  ];
  const [one, two] = ['opt/a/lib/python3.11/site-packages', 'opt/b/lib/python3.11/site-packages'];
  const distributions = [...(of('numpy', two) ?? []), ...(of('numpy', one) ?? []), ...(of('six', one) ?? [])];
  expect(audit(rootOf({}), { distributions }).packages.map(({ name, location }) => [name, location])).toEqual(
    [
      ['numpy', one],
      ['numpy', two],
      ['six', undefined],
    ],
  );
});

describe('packages', () => {
  const status = ['gcc-12', 'gcc-12-base', 'libgcc-s1', 'libgomp1', 'libstdc++6', 'libssl-dev', 'make']
    .map((name) => `Package: ${name}\nStatus: install ok installed\nVersion: 1\n`)
    .join('\n');
  const root = rootOf({
    'var/lib/dpkg/status': status,
    ...Object.fromEntries(
      ['gcc-12', 'gcc-12-base', 'libgcc-s1', 'libgomp1', 'libstdc++6', 'libssl-dev', 'make'].flatMap(
        (name) => [
          [`var/lib/dpkg/info/${name}.list`, `/usr/lib/${name}.bin\n`],
          [`usr/lib/${name}.bin`, 1000],
        ],
      ),
    ),
  });

  test('compilers are a toolchain, their run-time libraries are not', () => {
    const found = audit(root).findings.find(({ kind }) => kind === 'compiler-toolchain');
    expect(found?.paths).toEqual(['usr/lib/gcc-12.bin', 'usr/lib/libssl-dev.bin', 'usr/lib/make.bin']);
  });

  test('a development distribution is one finding with all of its files', () => {
    const files = [`${site}/pytest/__init__.py`, `${site}/pytest/__pycache__/__init__.cpython-311.pyc`];
    const report = audit(rootOf(Object.fromEntries(files.map((file) => [file, 10]))), {
      distributions: [{ name: 'PyTest', version: '9', files, sizeBytes: 20 }],
    });
    expect(report.findings).toMatchObject([
      { kind: 'dev-dependency', distribution: 'PyTest', version: '9', sizeBytes: 20, pathCount: 2 },
    ]);
    expect(report.packages).toEqual([
      { kind: 'distribution', name: 'PyTest', version: '9', sizeBytes: 20, fileCount: 2 },
    ]);
  });
});

const names = [
  '.git',
  'tests',
  'site-packages',
  '.cache',
  'pip',
  'data.csv',
  'x.pyc',
  'x.cpython-311.pyc',
  '__pycache__',
  'include',
  'a.h',
  'lib.a',
  'x.ipynb',
  'a.zip',
  'a.whl',
  'core.1',
  'a.log',
  '.idea',
  'cmake',
  'a.cmake',
  'locale',
  'a.mo',
  'libx.so',
  'model.pt',
  '.env',
];
const path = fc
  .array(fc.constantFrom(...names), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join('/'));
const file: fc.Arbitrary<EntrySpec> = fc
  .record({
    sizeBytes: fc.integer({ min: 0, max: 3_000_000 }),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ sizeBytes, part }) => ({
    sizeBytes,
    format: 'elf',
    strippableBytes: Math.floor(sizeBytes * part),
  }));
const layer: fc.Arbitrary<LayerSpec> = fc.dictionary(
  path,
  fc.oneof(
    fc.integer({ min: 0, max: 3_000_000 }),
    file,
    // Content of one size stands for equal content below.
    fc.constant({ sizeBytes: 2_000_000, contentHash: 'aa', strippableBytes: 500_000 }),
    path.map((target) => ({ hardlink: target })),
    fc.constant('whiteout:'),
  ),
  { maxKeys: 14 },
);

const groupings: readonly AuditGrouping[] = ['layer', 'package', 'class', 'directory'];

test('no byte is in two findings: waste never exceeds the image, nor the visible part of it', () => {
  fc.assert(
    fc.property(fc.array(layer, { minLength: 1, maxLength: 4 }), (specs) => {
      const root = rootOf(...specs);
      const files = [...root.entries()].filter(({ entry }) => entry.contentHash === 'aa');
      const request = requestOf(root, {
        ...(files.length < 2 ? {} : { duplicates: [{ contentKey: 'aa', sizeBytes: 2_000_000, files }] }),
      });
      const report = auditImage(request);
      expect(report.deadBytes + report.image.visibleBytes).toBe(report.image.contentBytes);
      expect(report.avoidableBytes).toBeLessThanOrEqual(report.image.visibleBytes);
      const dead = report.findings.filter(({ waste }) => waste === 'dead');
      expect(dead.reduce((sum, one) => sum + one.sizeBytes, 0)).toBe(report.deadBytes);
      for (const one of report.findings) expect(one.waste).toBe(findingKinds[one.kind].waste);
      for (const by of groupings) {
        const rows = groupAudit(request, by);
        const sum = (key: 'sizeBytes' | 'deadBytes' | 'avoidableBytes'): number =>
          rows.reduce((total, row) => total + row[key], 0);
        expect([sum('sizeBytes'), sum('deadBytes'), sum('avoidableBytes')]).toEqual([
          report.image.contentBytes,
          report.deadBytes,
          report.avoidableBytes,
        ]);
        for (const row of rows) expect(row.deadBytes + row.avoidableBytes).toBeLessThanOrEqual(row.sizeBytes);
      }
    }),
    { numRuns: 300 },
  );
});
