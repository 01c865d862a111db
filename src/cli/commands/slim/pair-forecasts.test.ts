import { expect, test } from 'vitest';
import type { Forecast, ForecastRow } from '../../../forecast/index.ts';
import { pairForecasts } from './pair-forecasts.ts';

const row = (group: ForecastRow['group']): ForecastRow => ({
  group,
  label: group,
  sizeBytes: 1000,
  uncertaintyBytes: 1,
});
const whole: Forecast = {
  rows: [row('base'), row('python-dependencies')],
  missing: [],
  warnings: [],
  packages: [],
  linked: [],
};
const unresolved = {
  group: 'python-dependencies',
  because: 'cannot be resolved:\n  ERROR: no',
  hint: 'Connect.',
} as const;
const without: Forecast = {
  rows: [row('base')],
  missing: [unresolved],
  warnings: [],
  packages: [],
  linked: [],
};

test('nothing is left out where nothing is missing', () => {
  const { fatRows, leanRows, missing } = pairForecasts(whole, whole);
  expect([fatRows, leanRows, missing]).toEqual([whole.rows, whole.rows, []]);
});

test.each([
  ['fat', without, whole, ['fat']],
  ['lean', whole, without, ['lean']],
  ['both', without, without, ['fat', 'lean']],
])('what %s cannot tell counts on neither side, and is told once', (_, fat, lean, images) => {
  const paired = pairForecasts(fat, lean);
  expect(paired.fatRows).toEqual([row('base')]);
  expect(paired.leanRows).toEqual([row('base')]);
  expect(paired.missing).toEqual([
    { group: 'python-dependencies', images, because: 'cannot be resolved: ERROR: no', hint: 'Connect.' },
  ]);
});

test.each([
  ['in both', [{ text: 'what', line: 20 }], [{ text: 'what', line: 63 }], 'what (line 20 of the Dockerfile, line 63 of the lean one)'],
  ['twice before', [{ text: 'what', line: 2 }, { text: 'what', line: 4 }], [], 'before: what (line 2 and 4 of the Dockerfile)'],
  ['after only', [], [{ text: 'what', line: 9 }], 'after: what (line 9 of the lean Dockerfile)'],
  ['without a line', [{ text: 'what\n  now' }], [{ text: 'what\n  now' }], 'what now'],
])('a warning %s is one sentence', (_, fat, lean, sentence) => {
  const { warnings } = pairForecasts({ ...whole, warnings: fat }, { ...whole, warnings: lean });
  expect(warnings).toEqual([sentence]);
}); // biome-ignore format: a table
