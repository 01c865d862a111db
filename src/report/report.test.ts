import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareImages, type ForecastSide, type Saving } from '../compare/index.ts';
import { sampleAudit, sampleReport } from './fixtures/sample-report.ts';
import {
  auditJson,
  auditTable,
  formatBitRate,
  formatChange,
  formatRatio,
  formatSaved,
  type SlimReport,
  shortInstruction,
  slimHtml,
  slimJson,
  slimMarkdown,
  slimTable,
  textWidth,
} from './index.ts';

const report = sampleReport();
const audit = sampleAudit();
const colourless = { width: 100, hasColour: false };

const outputs: readonly [file: string, text: string][] = [
  ['slim-100.txt', slimTable(report, colourless)],
  ['slim-64.txt', slimTable(report, { width: 64, hasColour: false })],
  ['slim-colour.txt', slimTable(report, { width: 120, hasColour: true })],
  ['slim.md', slimMarkdown(report)],
  ['slim.json', slimJson(report)],
  ['audit-100.txt', auditTable(audit, colourless)],
  ['audit.json', auditJson(audit)],
];
test.each(outputs)('%s is as expected', async (file, text) => {
  await expect(text).toMatchFileSnapshot(`expected/${file}`);
});

const forecastSide = (name: string, sizeBytes: number): ForecastSide => ({
  kind: 'forecast',
  name,
  rows: [
    { group: 'base', label: 'python:3.11-slim', sizeBytes: 120e6, uncertaintyBytes: 0, sharedKey: 'slim' },
    { group: 'python-dependencies', label: 'pip install', sizeBytes, uncertaintyBytes: sizeBytes / 20 },
  ],
});

function forecastReport(): SlimReport {
  const { trees: _, verification: __, engine: ___, ...rest } = report;
  const sides = { fat: forecastSide('fat', 4e9), lean: forecastSide('lean', 8e8) };
  return {
    ...rest,
    comparison: compareImages({ ...sides, uplinkBitsPerSecond: 1e8 }),
    edits: report.edits.map(({ why: _why, ...edit }) => ({ ...edit, state: 'planned' })),
  };
}

const formats: readonly [name: string, render: (report: SlimReport) => string][] = [
  ['table', (one) => slimTable(one, colourless)],
  ['markdown', slimMarkdown],
  ['page', slimHtml],
  ['json', slimJson],
];

describe('a forecast', () => {
  test.each([
    ['table', slimTable(forecastReport(), colourless)],
    ['markdown', slimMarkdown(forecastReport())],
    ['page', slimHtml(forecastReport())],
  ])('calls itself one in the %s, with its uncertainty, and claims no proof', (_, text) => {
    expect(text).toContain('Forecast');
    expect(text).toContain('≈ 920 MB ± 40.0 MB');
    expect(text).toMatch(/not run/i);
    expect(text).toMatch(/nothing was built/i);
  });
});

describe('what nothing was built for', () => {
  test.each(formats)('is planned and not verified in the %s', (_, render) => {
    const text = render(forecastReport());
    expect(text).toMatch(/What is planned|"state": "planned"/);
    expect(text).toMatch(/nothing is verified|"verdict": "unverified"/);
    expect(text).not.toMatch(/What was done|"applied"|>applied</);
  });

  test.each(formats)('is done and verified otherwise, in the %s', (_, render) => {
    const text = render(report);
    expect(text).toMatch(/What was done|"state": "applied"/);
    expect(text).not.toMatch(/planned|unverified|nothing is verified/);
  });
});

describe('a forecast with a part that nobody could tell', () => {
  // No saving of the whole in any unit: not the sizes, not the percentage, not the push.
  const claims = /−\d[\d.]*%|×\d|[Pp]ush at|Pull at|Total\b|faster/;
  const side = (name: string): ForecastSide => ({
    ...forecastSide(name, 0),
    rows: forecastSide(name, 0).rows.slice(0, 1),
  });
  const incomplete = (): SlimReport => ({
    ...forecastReport(),
    comparison: compareImages({ fat: side('fat'), lean: side('lean'), uplinkBitsPerSecond: 1e8 }),
    edits: [],
    leftAlone: [],
    findings: [],
    missing: [
      {
        group: 'python-dependencies',
        images: ['fat', 'lean'],
        because: 'the requirements cannot be resolved by pip',
        hint: 'Look at the network.',
      },
    ],
  });

  test.each(formats)('claims no saving in the %s, and says what is missing and what to do', (_, render) => {
    const text = render(incomplete()).replace(/<style>.*<\/style>|<script.*<\/script>/gs, '');
    expect(text.replace(/"assumptions": .*?\]|How the numbers came about.*/s, '')).not.toMatch(claims);
    expect(text).toMatch(/forecast incomplete|"missing": \[\n/i);
    expect(text).toMatch(/Python dependencies, before and after|"python-dependencies"/);
    expect(text).toContain('the requirements cannot be resolved by pip');
    expect(text).toContain('Look at the network.');
  });

  test('the same words do stand in a whole forecast', () => {
    for (const [, render] of formats.slice(0, 3)) expect(render(forecastReport())).toMatch(claims);
  });

  test('gives programs no percentage to be taken for one', () => {
    const percentOf = (one: SlimReport): boolean =>
      /"total": \{[^[]*"savedPercent": [\d.]+[^[]*"groups": \[/s.test(slimJson(one));
    expect([percentOf(forecastReport()), percentOf(incomplete())]).toEqual([true, false]);
  });

  test('names every missing part once in the headline', () => {
    const [part] = incomplete().missing;
    if (part === undefined) throw new Error('the report lacks a part');
    const both = { ...incomplete(), missing: [{ ...part, group: 'base' as const }, part, part] };
    expect(slimMarkdown(both)).toContain(
      'the size of the base image and the Python dependencies is not known',
    );
  });
});

describe('what an edit saves', () => {
  const [edit] = report.edits;

  test.each([
    ['nothing tells', undefined],
    ['is nothing', 0],
  ])('is not shown where it %s', (_why, bytes) => {
    if (edit === undefined) throw new Error('the sample has edits');
    const { predictedBytes: _bytes, ...plain } = edit;
    const edits = [bytes === undefined ? plain : { ...plain, predictedBytes: bytes }];
    expect(slimTable({ ...report, edits }, colourless)).toMatch(/✓ Install the CPU build of torch\n/);
    expect(slimMarkdown({ ...report, edits })).toContain('**Install the CPU build of torch**: ');
    expect(slimHtml({ ...report, edits })).not.toContain('predicted');
    expect(slimJson({ ...report, edits }).includes('predictedBytes')).toBe(bytes !== undefined);
  });
});

describe('stand-in bases are named wherever base sizes are shown', () => {
  test.each([
    ['table', slimTable(report, colourless)],
    ['markdown', slimMarkdown(report)],
    ['page', slimHtml(report)],
    ['json', slimJson(report)],
  ])('%s', (_, text) => expect(text).toContain('The base images are stand-ins'));
});

test('JSON begins with its schema, and the same report gives the same text', () => {
  expect(slimJson(report)).toMatch(/^\{\n {2}"schema": "plimsoll\.slim\/1",\n/);
  expect(auditJson(audit)).toMatch(/^\{\n {2}"schema": "plimsoll\.audit\/1",\n/);
  expect(slimJson(sampleReport())).toBe(slimJson(report));
});

const hostile = fc.string({
  unit: fc.constantFrom(
    '<',
    '>',
    '&',
    '"',
    "'",
    '`',
    '|',
    '\u001b',
    '\u202e',
    '\n',
    '[',
    'a',
    '/',
    '-',
    '!',
    '漢',
  ),
});

test('no terminal line is wider than asked for, and no control code comes from outside', () => {
  fc.assert(
    fc.property(hostile, fc.integer({ min: 60, max: 140 }), (text, width) => {
      const shown = slimTable(
        { ...report, projectName: text, leftAlone: [{ what: text, because: text }], warnings: [text] },
        { width, hasColour: false },
      );
      expect(shown).not.toContain('\u001b');
      expect(shown).not.toContain('\u202e');
      for (const line of shown.split('\n')) expect([line, textWidth(line) <= width]).toEqual([line, true]);
    }),
    { numRuns: 50 },
  );
});

describe('the page', () => {
  const page = slimHtml(report);

  test('holds text from outside as text only', () => {
    expect(page).not.toMatch(/<img/i);
    expect(page).not.toContain('<b>model</b>');
    expect(page.match(/<script\b/g)).toHaveLength(2);
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(page).toContain('\\u003cimg src=x onerror=alert(1)\\u003e.csv');
    expect(page).toContain('&lt;/pre&gt;&lt;script&gt;alert(2)&lt;/script&gt;');
  });

  test('allows its own script and nothing from elsewhere', () => {
    const script = /<script>([\s\S]*)<\/script>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(script).digest('base64');
    expect(page).toContain(`default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}';`);
    expect(page).not.toMatch(/ on[a-z]+="/);
  });

  test('has the same elements whatever the names are', () => {
    const tagsOf = (html: string): string[] => html.match(/<\/?[a-z][a-z0-9]*/gi) ?? [];
    const withText = (text: string): string => {
      const [edit] = report.edits;
      if (edit === undefined) throw new Error('the sample has edits');
      return slimHtml({
        ...report,
        projectName: text,
        commandLine: text,
        edits: [{ ...edit, title: text, reason: text, diff: text }],
        leftAlone: [{ what: text, because: text }],
        files: [text],
        warnings: [text],
        standInNotes: [text],
        trees: {
          fat: {
            name: text,
            sizeBytes: 1,
            fileCount: 1,
            children: [{ name: text, sizeBytes: 1, fileCount: 1 }],
          },
          lean: { name: text, sizeBytes: 1, fileCount: 1 },
        },
      });
    };
    const plain = tagsOf(withText('x'));
    fc.assert(
      fc.property(hostile, (text) => {
        fc.pre(!/\n/.test(text));
        expect(tagsOf(withText(text))).toEqual(plain);
      }),
      { numRuns: 50 },
    );
  });

  test('asks the network for nothing', () => {
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<(?:link|iframe|object|embed|base|form)\b|<[a-z][^<>]*\s(?:src|srcset|href)=/i);
    expect(page).not.toMatch(/url\(|@import|fetch\(|XMLHttpRequest|\bimport\(/i);
  });

  test('carries the tree that the treemap is drawn from', () => {
    const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)?.[1] ?? '';
    const parsed: unknown = JSON.parse(data);
    expect(parsed).toMatchObject({
      trees: {
        fat: [
          'sentiment-api:fat',
          report.comparison.total.fat.contentBytes,
          expect.any(Number),
          expect.any(Array),
        ],
      },
    });
  });
});

const instructions: readonly [createdBy: string, shown: string][] = [
  ['RUN /bin/sh -c pip install x # buildkit', 'RUN pip install x'],
  ['RUN |2 A=b C=d e /bin/sh -c pip install x # buildkit', 'RUN pip install x'],
  ['|1 A=b /bin/sh -c pip install x', 'RUN pip install x'],
  ['/bin/sh -c #(nop) COPY file:0123456789abcdef in /app ', 'COPY file:01234567… /app'],
  ['/bin/sh -c set -eux; \\\n  apt-get update', 'RUN apt-get update'],
  ['RUN /bin/bash -o pipefail -c a | b # buildkit', 'RUN a | b'],
  ['COPY . . # buildkit', 'COPY . .'],
  ['', '(no instruction recorded)'],
];
test.each(instructions)('the instruction %j reads as %j', (createdBy, shown) => {
  expect(shortInstruction(createdBy)).toBe(shown);
});

const ratios: readonly [before: number, after: number, shown: string, why: string][] = [
  [8.61e9, 1.06e9, '−87.7%', 'the usual case'],
  [1000, 1030, '+3.0%', 'it grew'],
  [10_000, 9_999, '0.0%', 'too little to see'],
  [397e6, 4e3, '−99.9%', 'something is left'],
  [397e6, 0, '−100%', 'nothing is left'],
  [1000, 2000, '+100.0%', 'twice as much is the last percentage'],
  [1000, 2400, '×2.4', 'beyond it a factor'],
  [1000, 64_950, '×65', 'in whole numbers from ten on'],
  [0, 1000, '–', 'there is nothing to compare with'],
];
test.each(ratios)('from %d to %d bytes is %s: %s', (before, after, shown) => {
  expect(formatRatio(before, after)).toBe(shown);
});

describe('the change of a part of an image', () => {
  const sides = (bytes: number, uncertaintyBytes = 0): Saving => {
    const fat = { contentBytes: bytes, deadBytes: 0, compressedBytes: 0, uncertaintyBytes };
    return { fat, lean: { ...fat, contentBytes: 300_000 }, savedBytes: 0, savedCompressedBytes: 0 };
  };
  const image = sides(1e9);

  test.each([
    [4_620, '–', 'what was next to nothing did not grow by 6393%'],
    [900_000, '–', 'a thousandth of the image is the limit'],
    [1_100_000, '−72.7%', 'from there on it is told'],
  ])('of %d bytes is %s: %s', (bytes, shown) => {
    expect(formatChange(sides(bytes), image)).toBe(shown);
  });

  test('is in whole percents where it is a forecast', () => {
    expect(formatChange(sides(1_100_000, 5), image)).toBe('−73%');
  });

  test('is told alike by table, Markdown and page', () => {
    const grown = {
      ...report,
      comparison: {
        ...report.comparison,
        groups: report.comparison.groups.map((row) =>
          row.group === 'application' ? { ...row, ...sides(4_620), savedBytes: -295_380 } : row,
        ),
      },
    };
    for (const [name, render] of formats.slice(0, 3)) {
      const text = render(grown);
      expect([name, /6[,.]?39\d/.test(text.replace(/<script.*<\/script>/gs, ''))]).toEqual([name, false]);
      expect(text).toMatch(/\+295 kB(?:\s+| \| |<\/td><td class="n up">)–/);
    }
  });
});

test('files are told by the folder that holds them all', () => {
  const files = [
    '/a/b/.plimsoll/lean/Dockerfile',
    '/a/b/.plimsoll/lean/docker/x.py',
    '/a/b/.plimsoll/report.html',
  ];
  expect(slimTable({ ...report, files }, colourless)).toContain(
    'Files in /a/b/.plimsoll\n    lean/Dockerfile, lean/docker/x.py, report.html\n',
  );
  expect(slimMarkdown({ ...report, files })).toContain('In `.plimsoll`: `lean/Dockerfile`, ');
  expect(slimMarkdown({ ...report, files: ['/a/one', '/b/two'] })).toContain(
    '### Files\n\n`/a/one`, `/b/two`',
  );
});

test('numbers for people', () => {
  expect([formatSaved(7.55e9), formatSaved(-12e6), formatSaved(0)]).toEqual(['−7.55 GB', '+12.0 MB', '0 B']);
  expect([formatBitRate(1e8), formatBitRate(2.5e9), formatBitRate(64e3)]).toEqual([
    '100 Mbit/s',
    '2.5 Gbit/s',
    '64 kbit/s',
  ]);
});
