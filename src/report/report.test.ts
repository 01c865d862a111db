import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareImages, type ForecastSide } from '../compare/index.ts';
import { sampleAudit, sampleReport } from './fixtures/sample-report.ts';
import {
  auditJson,
  auditTable,
  formatBitRate,
  formatPercent,
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
  return { ...rest, comparison: compareImages({ ...sides, uplinkBitsPerSecond: 1e8 }) };
}

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

test('numbers for people', () => {
  expect([formatSaved(7.55e9), formatSaved(-12e6), formatSaved(0)]).toEqual(['−7.55 GB', '+12.0 MB', '0 B']);
  expect([formatPercent(87.66), formatPercent(-3), formatPercent(0.01), formatPercent(undefined)]).toEqual([
    '−87.7%',
    '+3.0%',
    '0.0%',
    '–',
  ]);
  expect([formatBitRate(1e8), formatBitRate(2.5e9), formatBitRate(64e3)]).toEqual([
    '100 Mbit/s',
    '2.5 Gbit/s',
    '64 kbit/s',
  ]);
});
