import { expect, test } from 'vitest';
import { type SlimResult, slimWarnings } from './slim-warnings.ts';

const side = (contentBytes: number) => ({
  contentBytes,
  deadBytes: 0,
  compressedBytes: 0,
  uncertaintyBytes: 0,
});

function result(fat: number, lean: number, changes: Partial<SlimResult> = {}): SlimResult {
  const savedBytes = fat - lean;
  return {
    attempts: 1,
    comparison: { total: { fat: side(fat), lean: side(lean), savedBytes, savedCompressedBytes: 0 } },
    verification: { verdict: 'same', summary: 'alike' },
    ...changes,
  };
}

test.each([
  [900e6, 300e6, [], 'smaller'],
  [
    900e6,
    950e6,
    [/^The lean image is not smaller: it has 950 MB, the fat one 900 MB \(50\.0 MB more\)\./],
    'larger',
  ],
  [900e6, 900e6, [/^The lean image is not smaller: it has 900 MB, the fat one 900 MB\./], 'as large'],
] as const)('%d → %d: %s, as it is %s', (fat, lean, expected, _why) => {
  expect(slimWarnings(result(fat, lean))).toEqual(expected.map((one) => expect.stringMatching(one)));
});

test('what could not be shown comes first, the number of builds last', () => {
  const verification = { verdict: 'cannot-judge', summary: 'Cannot judge: no port.' } as const;
  expect(slimWarnings(result(900e6, 950e6, { attempts: 4, verification }))).toEqual([
    'Cannot judge: no port.',
    expect.stringContaining('not smaller'),
    expect.stringContaining('4 builds'),
  ]);
  expect(slimWarnings(result(900e6, 300e6, { verification: undefined }))).toEqual([]);
});
