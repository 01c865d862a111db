import { describe, expect, test } from 'vitest';
import { requestOf } from './fixtures/request-of.ts';
import { rootOf } from './fixtures/root-of.ts';
import { type AuditGrouping, type GroupAuditOptions, groupAudit } from './index.ts';

const torch = 'usr/lib/python3.11/site-packages/torch';
const root = rootOf(
  { 'bin/sh': 100, 'usr/share/doc/a/README': 30, 'app/old': 40 },
  {
    [`${torch}/libtorch.so`]: { sizeBytes: 1000, format: 'elf', strippableBytes: 200 },
    [`${torch}/include/a.h`]: 50,
    'app/main.py': 7,
    'app/old': 'whiteout:',
    x: 3,
  },
);
const request = requestOf(root, {
  baseLayerCount: 1,
  distributions: [
    {
      name: 'torch',
      version: '2.4',
      sizeBytes: 1050,
      files: [`${torch}/libtorch.so`, `${torch}/include/a.h`],
    },
  ],
});

type Row = readonly [
  name: string,
  sizeBytes: number,
  fileCount: number,
  deadBytes: number,
  avoidableBytes: number,
];

const cases: readonly [AuditGrouping, GroupAuditOptions, readonly Row[]][] = [
  [
    'layer',
    {},
    [
      ['RUN step 1', 1060, 4, 0, 250],
      ['RUN step 0', 170, 3, 40, 30],
    ],
  ],
  [
    'package',
    {},
    [
      ['torch 2.4', 1050, 2, 0, 250],
      ['(no package)', 180, 5, 40, 30],
    ],
  ],
  [
    'class',
    {},
    [
      ['Python distributions', 800, 1, 0, 0],
      ['Symbols in libraries and programs', 200, 1, 0, 200],
      ['Base image', 100, 1, 0, 0],
      ['Header files', 50, 1, 0, 50],
      ['Deleted in a later layer', 40, 1, 40, 0],
      ['Documentation and translations of the system', 30, 1, 0, 30],
      ['Application', 10, 2, 0, 0],
    ],
  ],
  [
    'directory',
    { depth: 1 },
    [
      ['/usr', 1080, 3, 0, 280],
      ['/bin', 100, 1, 0, 0],
      ['/app', 47, 2, 40, 0],
      ['/', 3, 1, 0, 0],
    ],
  ],
];

describe.each(cases)('by %s %j', (by, options, expected) => {
  const rows = groupAudit(request, by, options);
  test('every byte is in one row, the largest first', () => {
    expect(
      rows.map((row): Row => [row.name, row.sizeBytes, row.fileCount, row.deadBytes, row.avoidableBytes]),
    ).toEqual(expected);
    expect(rows.reduce((sum, row) => sum + row.sizeBytes, 0)).toBe(root.deadBytes + root.visibleBytes);
  });
});

test('layers have their compressed size and their position where they are known', () => {
  const rows = groupAudit(request, 'layer', { compressedBytes: [80, 500] });
  expect(rows.map(({ layer, compressedBytes }) => [layer, compressedBytes])).toEqual([
    [1, 500],
    [0, 80],
  ]);
});

test('a distribution that two environments have is a row for each of them', () => {
  const [one, two] = ['opt/a/lib/python3.11/site-packages', 'opt/b/lib/python3.11/site-packages'];
  const files = { [`${one}/numpy/core.so`]: 7, [`${two}/numpy/core.so`]: 9 };
  const distributions = [one, two].map((location) => ({
    name: 'numpy',
    version: '1',
    sizeBytes: 7,
    files: [`${location}/numpy/core.so`],
    location,
  }));
  const rows = groupAudit(requestOf(rootOf(files), { distributions }), 'package');
  expect(rows.map(({ name, location, sizeBytes }) => [name, location, sizeBytes])).toEqual([
    ['numpy 1', two, 9],
    ['numpy 1', one, 7],
  ]);
});
