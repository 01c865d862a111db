import { describe, expect, test } from 'vitest';
import { holds, knowledgeReport } from './knowledge.ts';
import type { Outcome } from './knowledge-measure.ts';
import { type Claim, knowledgeClaims } from './knowledge-rows.ts';

const wheel = { distribution: 'x', version: '1.0', date: '2026-11-29' };
const size: Claim = { row: 'variants/x', kind: 'size', bytes: 1000, ...wheel };
const libraries: Claim = {
  row: 'libraries/x',
  kind: 'libraries',
  sonames: ['liba.so.1', 'libb.so.2'],
  ...wheel,
};

describe('a claim', () => {
  test.each<[string, Outcome, boolean | undefined]>([
    ['as measured', { claim: size, version: '1.0', bytes: 1000 }, true],
    ['a little off', { claim: size, version: '1.1', bytes: 1050 }, true],
    ['larger by more than the tolerance', { claim: size, version: '1.1', bytes: 1051 }, false],
    ['smaller by more than the tolerance', { claim: size, version: '1.1', bytes: 949 }, false],
    [
      'the libraries in another order',
      { claim: libraries, version: '1', sonames: ['libb.so.2', 'liba.so.1'] },
      true,
    ],
    [
      'one library more',
      { claim: libraries, version: '1', sonames: ['liba.so.1', 'libb.so.2', 'libc.so.3'] },
      false,
    ],
    ['one library less', { claim: libraries, version: '1', sonames: ['liba.so.1'] }, false],
    ['nothing to measure', { claim: size, because: 'pip finds no wheel of it' }, undefined],
  ])('%s', (_, outcome, expected) => {
    expect(holds(outcome, 5)).toBe(expected);
  });
});

test('the report says what no longer holds, in the words of the table, and why the rest was not measured', () => {
  const report = knowledgeReport(
    [
      { claim: size, version: '1.2', bytes: 2000 },
      { claim: libraries, version: '1.0', sonames: ['liba.so.1', 'libd.so.4'] },
      { claim: { ...size, row: 'variants/y' }, because: 'pip finds no wheel of it' },
    ],
    [{ row: 'libraries/pydub', because: 'it starts programs: no wheel tells' }],
    5,
  );
  expect(report).toMatch(/^variants\/x .* 1\.00 kB +2\.00 kB +2\.00× +1\.2 +1\.0 +2026-11-29 +NO$/m);
  expect(report).toContain('0 of 2 measured claims hold');
  expect(report).toContain('variants/x, x 1.2: 2000 bytes, not 1000');
  expect(report).toContain('libraries/x, x 1.0: also needs libd.so.4; needs no libb.so.2');
  expect(report).toContain('variants/y, x: pip finds no wheel of it');
  expect(report).toContain('libraries/pydub: it starts programs');
});

test('every row of the three tables is a claim, or says why it is none', () => {
  const { claims, without } = knowledgeClaims();
  const rows = new Set([...claims, ...without].map(({ row }) => row));
  for (const row of [
    'removable/headers',
    'removable/bytecode',
    'variants/torch',
    'variants/paddle',
    'smaller/opencv-python',
    'libraries/lightgbm',
    'libraries/sounddevice',
    'bundled/numpy',
  ])
    expect([...rows]).toContain(row);
  expect(claims.find(({ row }) => row === 'libraries/sounddevice')).toBeUndefined();
  expect(claims.every(({ row }) => !without.some((one) => one.row === row))).toBe(true);
});
