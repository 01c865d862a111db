import { describe, expect, test } from 'vitest';
import { type LayerSpec, rootOf } from './fixtures/root-of.ts';
import { type DiveFigures, diveFigures } from './index.ts';

type Figures = Omit<DiveFigures, 'fileReferences'>;

const images: readonly [reason: string, layers: readonly LayerSpec[], figures: Figures][] = [
  ['no layers', [], { efficiencyScore: 1, inefficientBytes: 0, userSizeBytes: 0, wastedUserPercent: 0 }],
  [
    'one layer wastes nothing, and has no user bytes',
    [{ a: 100 }],
    { efficiencyScore: 1, inefficientBytes: 0, userSizeBytes: 0, wastedUserPercent: 0 },
  ],
  [
    'a file written twice counts with both copies',
    [{ data: 100_000 }, { data: 100_000 }],
    { efficiencyScore: 0.5, inefficientBytes: 200_000, userSizeBytes: 100_000, wastedUserPercent: 2 },
  ],
  [
    'a deleted file counts, and its smallest size is that of the whiteout',
    [
      { data: 100_000, keep: 100_000 },
      { data: 'whiteout:', more: 50_000 },
    ],
    { efficiencyScore: 0.6, inefficientBytes: 100_000, userSizeBytes: 50_000, wastedUserPercent: 2 },
  ],
  [
    'a deleted directory is invisible, and even counts as efficient',
    [
      { 'data/': 0, 'data/a': 150_000, 'data/b': 50_000, twice: 50_000 },
      { data: 'whiteout:', twice: 50_000 },
    ],
    { efficiencyScore: 0.9, inefficientBytes: 100_000, userSizeBytes: 50_000, wastedUserPercent: 2 },
  ],
  [
    'a deleted directory without an entry of its own is taken for a file',
    [{ 'data/a': 150_000, keep: 50_000 }, { data: 'whiteout:' }],
    { efficiencyScore: 1, inefficientBytes: 0, userSizeBytes: 0, wastedUserPercent: 0 },
  ],
  [
    'the case of dive’s own test',
    [
      { 'etc/nginx/nginx.conf': 2000, 'etc/nginx/public': 3000 },
      { 'etc/nginx/nginx.conf': 5000, 'etc/athing': 10_000 },
      { 'etc/nginx': 'whiteout:' },
    ],
    {
      efficiencyScore: 0.75,
      inefficientBytes: 7000,
      userSizeBytes: 15_000,
      wastedUserPercent: 7000 / 15_000,
    },
  ],
  [
    'a whiteout of nothing ends the visit of its layer and takes a byte off',
    [
      { a: 50, z: 51 },
      { a: 50, b: 'whiteout:', z: 51 },
    ],
    { efficiencyScore: 100 / 101, inefficientBytes: 0, userSizeBytes: 101, wastedUserPercent: 0 },
  ],
  [
    'a later layer hides what an earlier one brought back',
    [{ 'd/': 0, 'd/a': 10 }, { d: 'whiteout:' }, { 'd/': 0, 'd/b': 30 }, { d: 'whiteout:' }],
    // /d: 10 + 30 in two whiteouts, smallest 10; /d/a and /d/b once each.
    { efficiencyScore: 50 / 80, inefficientBytes: 40, userSizeBytes: 30, wastedUserPercent: 40 / 30 },
  ],
];

test.each(images)('%s', (_, layers, figures) => {
  expect(diveFigures(rootOf(...layers))).toMatchObject(figures);
});

test('waste without user bytes is no number', () => {
  const figures = diveFigures(rootOf({ a: 10 }, { a: 'whiteout:' }));
  expect(figures).toMatchObject({ inefficientBytes: 10, wastedUserPercent: Number.POSITIVE_INFINITY });
});

describe('references', () => {
  const root = rootOf(
    { small: 1, 'dir/': 0, big: 500, once: 9 },
    { small: 2, 'dir/': 0, big: 'whiteout:' },
    { small: 3 },
  );

  test('name every path that several layers have, largest first, empty directories among them', () => {
    expect(diveFigures(root).fileReferences).toEqual([
      { count: 2, sizeBytes: 500, file: '/big' },
      { count: 3, sizeBytes: 6, file: '/small' },
      { count: 2, sizeBytes: 0, file: '/dir' },
    ]);
  });
});

describe('against the truth', () => {
  test('dive doubles what is written twice and does not see a deleted directory', () => {
    const twice = rootOf({ data: 100_000 }, { data: 100_000 });
    const directory = rootOf({ 'data/': 0, 'data/a': 200_000 }, { data: 'whiteout:' });
    expect([twice.deadBytes, diveFigures(twice).inefficientBytes]).toEqual([100_000, 200_000]);
    expect([directory.deadBytes, diveFigures(directory).inefficientBytes]).toEqual([200_000, 0]);
  });
});
