import { expect, test } from 'vitest';
import { sampleFirstPush, sampleIndexPush, samplePush, samplePushEstimate } from './fixtures/sample-push.ts';
import { pushEstimateTable, pushMarkdown, pushTable } from './index.ts';

const outputs: readonly [file: string, width: number, text: (width: number) => string][] = [
  ['push-changed.txt', 100, (width) => pushTable(samplePush(), { width, hasColour: false })],
  ['push-first.txt', 100, (width) => pushTable(sampleFirstPush(), { width, hasColour: false })],
  ['push-first-64.txt', 64, (width) => pushTable(sampleFirstPush(), { width, hasColour: false })],
  ['push-index.txt', 100, (width) => pushTable(sampleIndexPush(), { width, hasColour: false })],
  ['push-estimate.txt', 80, (width) => pushEstimateTable(samplePushEstimate(), { width, hasColour: false })],
];

test.each(outputs)('%s is as expected, no line wider than the terminal', async (file, width, text) => {
  await expect(text(width)).toMatchFileSnapshot(`expected/${file}`);
  // A digest is for copying: it is not cut.
  const lines = text(width)
    .split('\n')
    .filter((line) => !line.startsWith('sha256:'));
  expect(lines.filter((line) => line.length > width)).toEqual([]);
});

test('what an instruction says cannot move the cursor', () => {
  const report = samplePush();
  const layers = report.layers.map((layer) => ({ ...layer, instruction: 'RUN \u001b[2J' }));
  expect(pushTable({ ...report, layers }, { width: 100, hasColour: false })).not.toContain('\u001b');
});

test('in a line of Markdown: what was pushed, its digest, and what went over the network', () => {
  expect(pushMarkdown(samplePush())).toMatch(
    /^Pushed `ghcr\.io\/acme\/sentiment-api:1\.4` as `sha256:\w{64}`: 50\.1 kB sent in .+ \(1 of 3 layers\), .+ there already\.\n$/,
  );
});
