import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { sampleDiff } from '../fixtures/sample-diff.ts';
import {
  type CheckReport,
  checkAnnotations,
  checkJson,
  checkJunit,
  checkMarkdown,
  checkTable,
} from '../index.ts';

const report: CheckReport = {
  title: 'api <b>',
  image: { name: 'image.tar', digest: undefined, contentBytes: 1e9 },
  baseline: { name: 'ghcr.io/acme/app:main', contentBytes: 9e8 },
  verdict: 'fail',
  gates: [
    {
      gate: 'maxSize',
      unit: 'bytes',
      limit: 9e8,
      actual: 1e9,
      verdict: 'fail',
      source: 'a,b:c.yaml:2',
      message: 'size 1.00 GB is over the limit of 900 MB by 100 MB, 11%\nmore & "more"\u001b[2J',
    },
    {
      gate: 'maxCompressed',
      unit: 'bytes',
      limit: 4e8,
      verdict: 'cannot-judge',
      source: '--max-compressed',
      message: 'cannot be judged: the compressed size was not measured',
    },
    {
      gate: 'minEfficiency',
      unit: 'share',
      limit: 0.9,
      actual: 0.95,
      verdict: 'pass',
      source: '.plimsoll.yaml:4',
      message: 'efficiency 95%, limit 90%',
    },
  ],
  notes: ['There is nothing to compare with.'],
  comparison: undefined,
};

test('as text, failures first', () => {
  expect(checkTable(report, { width: 80, hasColour: false })).toBe(`api <b>: 1.00 GB

Gates  1 failed, 1 cannot be judged of 3 gates
FAIL  maxSize        size 1.00 GB is over the limit of 900 MB by 100 MB,
                     11%\\x0amore & "more"\\x1b[2J (a,b:c.yaml:2)
?     maxCompressed  cannot be judged: the compressed size was not measured
                     (--max-compressed)
pass  minEfficiency  efficiency 95%, limit 90%
There is nothing to compare with.
`);
});

test('as Markdown, in which nothing of an image is acted upon', () => {
  const text = checkMarkdown(report);
  expect(text).toMatch(/^## ❌ api &lt;b&gt;: 1\.00 GB\n\n### Gates\n/);
  expect(text).toContain('| ✗ | `maxSize` |');
  expect(text).not.toContain('<b>');
});

test('with an image before, the Markdown has the table of before and after, and the text its sizes', () => {
  const compared = { ...report, comparison: sampleDiff(8) };
  expect(checkMarkdown(compared)).toContain('| | before | after | saved |');
  expect(checkTable(compared, { width: 200, hasColour: false })).toMatch(
    /^api <b>: .+ → .+ push at 100 Mbit/,
  );
});

test('as JUnit: a case for each gate, and XML whatever the messages hold', () => {
  expect(checkJunit(report)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="plimsoll check api &lt;b&gt;" tests="3" failures="1" errors="1">
    <testcase classname="api &lt;b&gt;" name="maxSize"><failure message="size 1.00 GB is over the limit of 900 MB by 100 MB, 11%\\x0amore &amp; &quot;more&quot;\\x1b[2J">a,b:c.yaml:2</failure></testcase>
    <testcase classname="api &lt;b&gt;" name="maxCompressed"><error message="cannot be judged: the compressed size was not measured">--max-compressed</error></testcase>
    <testcase classname="api &lt;b&gt;" name="minEfficiency"/>
  </testsuite>
</testsuites>
`);
});

test('as annotations: one line each, at the line of the limit, with what separates properties escaped', () => {
  const lines = checkAnnotations(report).split('\n');
  expect(lines).toEqual([
    expect.stringMatching(
      /^::error file=a%2Cb%3Ac\.yaml,line=2,title=api <b>%3A maxSize::size .* 11%25%0Amore/,
    ),
    '::warning title=api <b>%3A maxCompressed::cannot be judged: the compressed size was not measured',
    '::notice title=api <b>::There is nothing to compare with.',
    '',
  ]);
});

const schemaFile = new URL('../../../docs/schemas/plimsoll.check-1.json', import.meta.url);
const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(schemaFile, 'utf8')),
);

test.each([report, { ...report, baseline: undefined, comparison: sampleDiff(8) }])(
  'as JSON it fits the schema, which knows every field and no others',
  (one) => {
    const value = JSON.parse(checkJson(one));
    expect([validate(value), validate.errors]).toEqual([true, null]);
    for (const object of [value, value.image, value.gates[0]]) {
      object.unheardOf = 1;
      expect(validate(value)).toBe(false);
      delete object.unheardOf;
    }
  },
);
