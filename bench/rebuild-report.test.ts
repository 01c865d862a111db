import { expect, test } from 'vitest';
import type { Rebuild } from './rebuild-measure.ts';
import { holds, type RebuildReport, rebuildReport } from './rebuild-report.ts';

const rebuildOf = (given: Partial<Rebuild> & Pick<Rebuild, 'which' | 'change'>): Rebuild => ({
  run: 1,
  seconds: 40,
  installs: { count: 3, cachedCount: 0 },
  files: ['pandas-3.0.0-cp311-cp311-linux_x86_64.whl', 'orjson-3.12.0-cp311-cp311-linux_x86_64.whl'],
  downloaded: { allBytes: 208e6, distributionBytes: 188e6 },
  ...given,
});

const fat = [
  rebuildOf({ which: 'fat', change: 'code' }),
  rebuildOf({ which: 'fat', change: 'requirement', added: 'orjson' }),
];
const nothing = { allBytes: 0, distributionBytes: 0 };
const leanCode = rebuildOf({
  which: 'lean',
  change: 'code',
  seconds: 4,
  installs: { count: 4, cachedCount: 4 },
  files: [],
  downloaded: nothing,
});
const leanAdded = rebuildOf({
  which: 'lean',
  change: 'requirement',
  seconds: 20,
  added: 'orjson',
  files: ['orjson-3.12.0-cp311-cp311-linux_x86_64.whl'],
  downloaded: { allBytes: 150e3, distributionBytes: 131e3 },
});

const reportOf = (lean: readonly Rebuild[]): RebuildReport => ({
  example: 'churn-api',
  runs: 1,
  rebuilds: [...fat, ...lean],
  pushedAgain: {
    fat: { layerCount: 5, contentBytes: 1.07e9, compressedBytes: 473e6 },
    lean: { layerCount: 2, contentBytes: 2.74e6, compressedBytes: 988e3 },
  },
});

test('the table has medians of both and what they are to each other', () => {
  const text = rebuildReport(reportOf([leanCode, leanAdded]));
  expect(text).toMatch(/Application code changed: rebuild\s+40\.0 s\s+4\.0 s\s+10×/);
  expect(text).toMatch(/gzip \(5 and 2 layers\)\s+473 MB\s+988 kB\s+479×/);
});

test.each([
  ['as promised', [leanCode, leanAdded], true],
  [
    'pip ran again after a change of code',
    [{ ...leanCode, installs: { count: 4, cachedCount: 3 } }, leanAdded],
    false,
  ],
  [
    'a step that is not known to install downloaded',
    [{ ...leanCode, downloaded: { allBytes: 9, distributionBytes: 0 } }, leanAdded],
    false,
  ],
  [
    'no installing step was seen, so that nothing is proven',
    [{ ...leanCode, installs: { count: 0, cachedCount: 0 } }, leanAdded],
    false,
  ],
  [
    'others came down with the new requirement',
    [leanCode, { ...leanAdded, files: fat[0]?.files ?? [] }],
    false,
  ],
  ['nothing came down: the requirement was cached', [leanCode, { ...leanAdded, files: [] }], false],
])('%s', (_, lean, expected) => {
  expect(holds(reportOf(lean))).toBe(expected);
});
