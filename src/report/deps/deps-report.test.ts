import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { depsJson, depsMarkdown, depsTable, type ShownDeps } from '../index.ts';

const report: ShownDeps = {
  subject: { name: 'api\x1b', kind: 'project', pythonVersion: '3.11' },
  total: { distributions: 4, ownBytes: 60e6 },
  lean: { distributions: 2, ownBytes: 42e6 },
  distributions: [
    {
      name: 'torch',
      version: '2.3.1',
      use: 'used',
      ownBytes: 30e6,
      withDependenciesBytes: 42e6,
      exclusive: ['sympy'],
      path: ['torch'],
      requestedAt: 'requirements.txt:1',
      isRequested: true,
      evidence: ['app/main.py:2 imports torch'],
    },
    {
      name: 'pytest',
      version: '8.0.0',
      use: 'development',
      ownBytes: 10e6,
      withDependenciesBytes: 18e6,
      exclusive: ['pluggy'],
      path: ['pytest'],
      requestedAt: 'requirements.txt:2',
      isRequested: true,
      evidence: ['test runner and its plugins'],
    },
    {
      name: 'sympy',
      version: '1.12',
      use: 'required',
      ownBytes: 12e6,
      withDependenciesBytes: 12e6,
      exclusive: [],
      heldBy: 'torch',
      path: ['torch', 'sympy'],
      requestedAt: 'requirements.txt:1',
      isRequested: false,
      evidence: ['torch requires it'],
    },
    {
      name: 'pluggy',
      version: '1.5.0',
      use: 'development',
      ownBytes: 8e6,
      withDependenciesBytes: 8e6,
      exclusive: [],
      heldBy: 'pytest',
      path: ['pytest', 'pluggy'],
      requestedAt: 'requirements.txt:2',
      isRequested: false,
      evidence: ['pytest requires it'],
    },
  ],
  findings: [
    {
      kind: 'development',
      severity: 'warning',
      distributions: ['pytest'],
      title: 'only development uses pytest (1 more comes along)',
      evidence: ['pytest: test runner and its plugins'],
      doubts: [],
      remedy: 'keep them out',
      savedBytes: 18e6,
    },
    {
      kind: 'unpinned',
      severity: 'info',
      distributions: ['torch'],
      title: 'the version of torch is left open',
      evidence: ['requirements.txt:1: torch>=2'],
      doubts: ['a|b'],
      remedy: 'pin it',
    },
  ],
  minimal: [
    {
      name: 'torch',
      extras: [],
      version: '2.3.1',
      text: 'torch==2.3.1',
      because: 'app/main.py:2 imports torch',
    },
  ],
  broughtAlong: [{ name: 'sympy', by: 'torch', because: 'app/main.py:3 imports sympy' }],
  target: { device: 'cpu', evidence: 'no sign of a GPU' },
  yankedUnknown: ['torch'],
  incomplete: [
    { what: 'Python', because: 'line 3: what `conda install` installs is known to the build only' },
  ],
  warnings: [],
};

function problems(value: unknown): string[] {
  const validate: ValidateFunction = new Ajv2020({
    strict: true,
    allErrors: true,
    allowUnionTypes: true,
  }).compile(
    JSON.parse(readFileSync(new URL('../../../docs/schemas/plimsoll.deps-1.json', import.meta.url), 'utf8')),
  );
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe('as JSON', () => {
  const fix = { isWritten: false, paths: [], diff: '', leftAlone: ['x'] };
  test.each<[ShownDeps, string]>([
    [report, 'a report'],
    [{ ...report, fix }, 'with a change that was shown'],
    [
      { ...report, fix: { ...fix, isWritten: true, paths: ['a'], backup: undefined } },
      'with one that was written',
    ],
  ])('what is published fits the schema: %#, %s', (value) => {
    expect(problems(JSON.parse(depsJson(value)))).toEqual([]);
  });

  test('the schema knows every field and no other', () => {
    expect(problems({ ...JSON.parse(depsJson(report)), more: 1 })).toEqual([
      ' must NOT have additional properties',
    ]);
    const { total: _, ...less } = JSON.parse(depsJson(report));
    expect(problems(less)).toEqual([" must have required property 'total'"]);
  });
});

test('as a table: what it weighs, what to do, what each costs, the list, and what is not known', () => {
  expect(depsTable(report, { width: 100, hasColour: false, isWhole: false })).toBe(
    readFileSync(new URL('../expected/deps-100.txt', import.meta.url), 'utf8'),
  );
});

test('narrow, and with every distribution', () => {
  const lines = depsTable(report, { width: 60, hasColour: false, isWhole: true }).split('\n');
  expect(lines.filter((line) => line.length > 60)).toEqual([]);
});

test('of many leftovers the heaviest are told whole, and the rest in one; --all tells of each', () => {
  const unused = (severity: 'warning' | 'info', count: number): ShownDeps['findings'] =>
    Array.from({ length: count }, (_, at) => ({
      kind: 'unused',
      severity,
      distributions: [`${severity}-${at}`],
      title: `nothing uses ${severity}-${at}`,
      evidence: ['no code imports it'],
      doubts: [],
      remedy: 'remove it',
      savedBytes: (count - at) * 1e6,
    }));
  const long = { ...report, findings: [...unused('warning', 7), ...unused('info', 5)] };
  const options = { width: 100, hasColour: false };
  const short = depsTable(long, { ...options, isWhole: false });
  expect(short).toContain(
    'warning  −6.00 MB  nothing uses 3 more: warning-4 3.00 MB, warning-5 2.00 MB, warning-6 1.00 MB',
  );
  expect(short.match(/remove it$/gm)).toHaveLength(9);
  expect(short).not.toContain('nothing uses warning-4');
  // One more is told as the others are.
  expect(short).toContain('nothing uses info-4');
  expect(depsTable(long, { ...options, isWhole: true }).match(/remove it$/gm)).toHaveLength(12);
});

test('of a long list the heaviest are shown, and the rest is counted', () => {
  const [row] = report.distributions;
  if (row === undefined) throw new Error('no row');
  const many = {
    ...report,
    distributions: Array.from({ length: 20 }, (_, at) => ({ ...row, name: `d${at}` })),
  };
  const text = depsTable(many, { width: 100, hasColour: false, isWhole: false });
  expect(text).toMatch(/^8 more distributions, 240 MB \(--all lists them\)$/m);
  expect(text).not.toMatch(/d12 /);
  expect(depsTable(many, { width: 100, hasColour: false, isWhole: true })).toMatch(/d19 /);
});

test('as Markdown: what is in a cell cannot leave it', () => {
  expect(depsMarkdown(report)).toBe(readFileSync(new URL('../expected/deps.md', import.meta.url), 'utf8'));
});
