import { expect, test } from 'vitest';
import type { ShrinkReport } from '../shrink/index.ts';
import { sampleProof, sampleShrink } from './fixtures/sample-shrink.ts';
import { shrinkTable } from './index.ts';

const outputs: readonly [file: string, text: string][] = [
  ['shrink-100.txt', shrinkTable(sampleShrink(), { width: 100, hasColour: false })],
  ['shrink-64.txt', shrinkTable(sampleShrink(), { width: 64, hasColour: false })],
  ['shrink-dry-run.txt', shrinkTable(sampleShrink({ isDryRun: true }), { width: 100, hasColour: false })],
  ['shrink-verified.txt', shrinkTable(sampleShrink(), { width: 100, hasColour: false }, sampleProof('same'))],
  [
    'shrink-different.txt',
    shrinkTable(withoutOutput(), { width: 100, hasColour: false }, sampleProof('different')),
  ],
];

function withoutOutput(): ShrinkReport {
  const { output: _, ...report } = sampleShrink();
  return report;
}

test.each(outputs)('%s is as expected', async (file, text) => {
  await expect(text).toMatchFileSnapshot(`expected/${file}`);
});

test.each(outputs)('%s has no line that is wider than the terminal', (file, text) => {
  const width = file.includes('64') ? 64 : 100;
  expect(text.split('\n').filter((line) => line.length > width)).toEqual([]);
});
