import { expect, test } from 'vitest';
import { mayNeedLibraries, systemNeedsOf } from './index.ts';
import { systemTable } from './knowledge/system-libraries.ts';

test('the first look agrees with the table', () => {
  expect(systemTable.distributions.length).toBeGreaterThan(20);
  for (const { name, sonames, unlessExtra } of systemTable.distributions) {
    const needs = systemNeedsOf(name, 'bookworm');
    const isNeedy = needs !== undefined && needs.packages.length + needs.unknownSonames.length > 0;
    // What the table lists as bundled needs nothing, and is looked up in vain.
    expect([name, mayNeedLibraries(name) || !isNeedy]).toEqual([name, true]);
    expect([name, mayNeedLibraries(name)]).toEqual([name, sonames.length > 0 || unlessExtra !== undefined]);
  }
  expect(mayNeedLibraries('flask')).toBe(false);
});
