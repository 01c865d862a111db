import { expect, test } from 'vitest';
import type { Rebuild } from './rebuild-measure.ts';
import { holds, type RebuildReport, rebuildReport } from './rebuild-report.ts';

const rebuildOf = (given: Partial<Rebuild> & Pick<Rebuild, 'which' | 'change'>): Rebuild => ({
  run: 1,
  seconds: 40,
  installs: { count: 3, cachedCount: 0 },
  files: ['pandas-3.0.0-cp311-cp311-linux_x86_64.whl', 'orjson-3.12.0-cp311-cp311-linux_x86_64.whl'],
  downloaded: { allBytes: 208e6, distributionBytes: 188e6 },
  push: { seconds: 12, sentBytes: 473e6 },
  ...given,
});

const [recipe, cold] = [
  (['code', 'requirement', 'nothing', 'cold'] as const).map((change) =>
    rebuildOf({ which: 'recipe', change, seconds: 30 }),
  ),
  (['fat', 'lean'] as const).flatMap((which) =>
    (['cold', 'nothing'] as const).map((change) => rebuildOf({ which, change })),
  ),
];
const fat = [
  rebuildOf({ which: 'fat', change: 'code' }),
  rebuildOf({ which: 'fat', change: 'requirement', added: 'orjson' }),
];
const nothing = { allBytes: 0, distributionBytes: 0 };
const leanCode = rebuildOf({
  which: 'lean',
  change: 'code',
  seconds: 1,
  push: { seconds: 0.5, sentBytes: 988e3 },
  installs: { count: 4, cachedCount: 4 },
  files: [],
  downloaded: nothing,
});
const leanAdded = rebuildOf({
  which: 'lean',
  change: 'requirement',
  seconds: 5,
  added: 'orjson',
  files: ['orjson-3.12.0-cp311-cp311-linux_x86_64.whl'],
  downloaded: { allBytes: 150e3, distributionBytes: 131e3 },
});

const reportOf = (lean: readonly Rebuild[]): RebuildReport => ({
  example: 'churn-api',
  runs: 1,
  rebuilds: [...fat, ...lean, ...recipe, ...cold],
});

test('the table has medians of all and what the first is to the last', () => {
  const text = rebuildReport(reportOf([leanCode, leanAdded]));
  expect(text).toMatch(/Application code changed: build\s+40\.0 s\s+30\.0 s\s+1\.0 s\s+40×/);
  expect(text).toMatch(/bytes pushed\s+473 MB\s+473 MB\s+988 kB\s+479×/);
  expect(text).toContain("✓ Application code changed: the lean build takes 1/40 of the fat one's time");
});

test.each([
  ['as promised', [leanCode, leanAdded], true],
  ['slower than the goal after a change of code', [{ ...leanCode, seconds: 1.01 }, leanAdded], false],
  ['slower than the goal after a requirement', [leanCode, { ...leanAdded, seconds: 5.01 }], false],
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
