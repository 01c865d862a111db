import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareImages, type DetailedComparison, type FileChange } from '../compare/index.ts';
import type { GateResult } from '../policy/index.ts';
import { sampleDiff } from './fixtures/sample-diff.ts';
import { sampleSides } from './fixtures/sample-report.ts';
import { compareMarkdown, compareTable, gateLines, screenFor, textWidth } from './index.ts';

const sample = sampleDiff(8);
const colourless = { width: 100, hasColour: false };

const gates: readonly GateResult[] = [
  {
    gate: 'maxSize',
    unit: 'bytes',
    limit: 2e9,
    actual: 1e9,
    verdict: 'pass',
    source: '.plimsoll.yaml:2',
    message: 'size 1.00 GB, limit 2.00 GB',
  },
  {
    gate: 'maxGrowth',
    unit: 'share',
    limit: 0.05,
    verdict: 'cannot-judge',
    source: '.plimsoll.yaml:3',
    message:
      'cannot be judged: there is nothing to compare with; give --baseline an image or the JSON of an earlier audit',
  },
  {
    gate: 'findings.secret-file',
    unit: 'count',
    limit: 0,
    actual: 2,
    verdict: 'fail',
    source: '.plimsoll.yaml:5',
    message: 'Secret in a file: 2 found, limit 0: app/.env, root/.ssh/id_rsa\u001b[31m',
  },
];
const gateText = (width: number, hasColour = false): string =>
  `${gateLines(gates, screenFor({ width, hasColour }), ['.dive-ci is not judged, since .plimsoll.yaml has gates.']).join('\n')}\n`;

const outputs: readonly [file: string, text: string][] = [
  ['compare-100.txt', compareTable(sample, colourless)],
  ['compare-64.txt', compareTable(sample, { width: 64, hasColour: false })],
  ['compare.md', compareMarkdown(sample)],
  ['compare-files.txt', compareTable(sampleDiff(), colourless)],
  ['gates-100.txt', gateText(100)],
  ['gates-64.txt', gateText(64)],
];
test.each(outputs)('%s is as expected', async (file, text) => {
  await expect(text).toMatchFileSnapshot(`expected/${file}`);
});

test.each([compareTable(sample, colourless), compareMarkdown(sample)])(
  'any two images are compared, however they are compressed',
  (text) => {
    expect(text).toMatch(/after .* compressed /);
    expect(text).not.toMatch(/gzip before|the (fat|lean)/);
  },
);

const verdicts: readonly [gates: readonly GateResult[], title: string][] = [
  [gates, 'Gates  1 failed, 1 cannot be judged of 3 gates'],
  [gates.slice(0, 2), 'Gates  1 cannot be judged of 2 gates'],
  [gates.slice(0, 1), 'Gates  all pass'],
];
test.each(verdicts)('gates: %#', (results, title) => {
  expect(gateLines(results, screenFor(colourless))[0]).toBe(title);
});

test('no gates are no lines', () => {
  expect(gateLines([], screenFor(colourless))).toEqual([]);
});

describe('equal images', () => {
  const { lean } = sampleSides();
  const comparison = compareImages({ fat: lean, lean, uplinkBitsPerSecond: 1e8 });
  const equal = (mode: 'strict' | 'semantic'): DetailedComparison => {
    const none = { count: 0, fatBytes: 0, leanBytes: 0 };
    const files = {
      added: none,
      removed: none,
      changed: none,
      timeOnly: { ...none, contentUnknownCount: 0 },
      bytecodeOnly: { ...none, count: 3 },
      unchangedCount: 9,
      ignoredCount: 0,
      changes: [],
      isComplete: true,
    };
    return {
      ...comparison,
      diff: { mode, isEqual: true, hasSameLayers: true, files, config: [], ignored: [], notCompared: [] },
    };
  };

  test('are called so, with what was left aside', () => {
    expect(compareTable(equal('strict'), colourless)).toContain('Equal: the same layers and configuration.');
    expect(compareMarkdown(equal('semantic'))).toContain('(3 files of bytecode of equal sources aside)');
    expect(compareTable(equal('strict'), colourless)).toContain('has every layer of the second');
  });
});

test('text from images stays text', () => {
  const hostile = fc.string({
    unit: fc.constantFrom('<', '|', '`', '\u001b', '\n', '[', 'a', '/', '@', '漢'),
  });
  fc.assert(
    fc.property(hostile, fc.integer({ min: 60, max: 140 }), (text, width) => {
      const change: FileChange = { path: text, change: 'removed' };
      const { diff } = sample;
      const shown: DetailedComparison = {
        ...sample,
        fat: { ...sample.fat, name: text },
        diff: {
          ...diff,
          files: { ...diff.files, changes: [change] },
          config: [{ field: 'env', key: text, change: 'added', lean: text }],
        },
      };
      const table = compareTable(shown, { width, hasColour: false });
      expect(table).not.toContain('\u001b');
      for (const line of table.split('\n')) expect([line, textWidth(line) <= width]).toEqual([line, true]);
      const rows = compareMarkdown(shown)
        .split('\n')
        .filter((line) => /^\| removed/.test(line));
      expect(rows.map((row) => row.match(/(?<!\\)\|/g)?.length)).toEqual([5]);
    }),
    { numRuns: 100 },
  );
});
