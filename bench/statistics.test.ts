import { expect, test } from 'vitest';
import { median, ratioText } from './statistics.ts';

test.each([
  [[3], 3, 'the only one'],
  [[10, 9, 100], 10, 'as numbers, not as text'],
  [[4, 1, 3, 2], 2.5, 'between the two in the middle'],
  [[], Number.NaN, 'there is none'],
])('the median of %j is %d: %s', (numbers, expected) => {
  expect(median(numbers)).toBe(expected);
});

test.each([
  [300, 2, '150×'],
  [300, 20, '15×'],
  [34, 10, '3.4×'],
  [5_000_000, 2, '2,500,000×'],
  [1, 2, '0.5×'],
  [7, 0, '∞'],
  [0, 0, '–'],
])('from %d to %d: %s', (before, after, expected) => {
  expect(ratioText(before, after)).toBe(expected);
});
