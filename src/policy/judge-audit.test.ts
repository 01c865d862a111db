import { describe, expect, test } from 'vitest';
import type { DiveFigures } from '../filetree/index.ts';
import {
  type GateFacts,
  type GateFlags,
  type GateVerdict,
  gateVerdict,
  type JudgedAudit,
  judgeAudit,
  readGates,
} from './index.ts';

const audit: JudgedAudit = {
  image: { contentBytes: 1_000_000_000 },
  findings: [
    { kind: 'secret-file', sizeBytes: 60, pathCount: 2, paths: ['app/.env', 'root/.ssh/id_rsa'] },
    { kind: 'secret-in-environment', sizeBytes: 0, pathCount: 0, paths: [] },
    { kind: 'package-manager-cache', sizeBytes: 7_000_000, pathCount: 40, paths: ['a', 'b', 'c', 'd'] },
    { kind: 'package-manager-cache', sizeBytes: 3_000_000, pathCount: 2, paths: ['e'] },
  ],
  deadBytes: 50_000_000,
  avoidableBytes: 10_000_000,
  efficiency: 0.95,
};
const dive: DiveFigures = {
  efficiencyScore: 0.9,
  inefficientBytes: 20_000_000,
  userSizeBytes: 200_000_000,
  wastedUserPercent: 0.1,
  fileReferences: [],
};
const facts: GateFacts = {
  compressed: { sizeBytes: 400_000_000, isSampled: false },
  baseline: { name: 'app:1', contentBytes: 800_000_000 },
  dive,
};

const boundaries: readonly [flags: GateFlags, at: string, below: string, above: string][] = [
  [{ maxSize: '1GB' }, 'pass', '999999999', '1000000001'],
  [{ maxCompressed: '400MB' }, 'pass', '399999999', '400000001'],
  [{ maxGrowth: '25%' }, 'pass', '24.99%', '25.01%'],
  [{ maxGrowth: '200MB' }, 'pass', '199999999', '200000001'],
  [{ maxDead: '5%' }, 'pass', '4.999%', '5.001%'],
  [{ maxDead: '50MB' }, 'pass', '49999999', '50000001'],
  [{ maxAvoidable: '1%' }, 'pass', '0.999%', '1.001%'],
];
test.each(boundaries)('%o at its limit passes, a little less fails', (flags, at, less, more) => {
  const [gate] = Object.keys(flags);
  const verdicts = [flags, { [gate ?? '']: less }, { [gate ?? '']: more }].map((given) =>
    gateVerdict(judgeAudit(audit, readGates({ flags: given }), facts)),
  );
  expect(verdicts).toEqual([at, 'fail', 'pass']);
});

test.each<[reason: string, flags: GateFlags, verdict: GateVerdict]>([
  ['what is missing could break it', { maxSize: '1GB' }, 'cannot-judge'],
  ['broken whatever else there is', { maxSize: '1kB' }, 'fail'],
  ['dead bytes only grow', { maxDead: '1kB' }, 'fail'],
  ['their part does not', { maxDead: '1%' }, 'cannot-judge'],
  ['nor does the efficiency', { minEfficiency: '0.99' }, 'cannot-judge'],
])('with a layer that is not there: %s', (_reason, flags, verdict) => {
  const results = judgeAudit(audit, readGates({ flags }), { ...facts, absentLayerCount: 1 });
  expect(gateVerdict(results)).toBe(verdict);
});

const efficient: readonly [limit: string, verdict: GateVerdict][] = [
  ['0.95', 'pass'],
  ['95%', 'pass'],
  ['0.9500001', 'fail'],
  ['0.9', 'pass'],
];
test.each(efficient)('minEfficiency %s: %s', (minEfficiency, verdict) => {
  expect(gateVerdict(judgeAudit(audit, readGates({ flags: { minEfficiency } })))).toBe(verdict);
});

const classes: readonly [line: string, actual: number, verdict: GateVerdict][] = [
  ['secret-file: 1', 2, 'fail'],
  ['secret-file: 2', 2, 'pass'],
  ['secret-file: 59B', 60, 'fail'],
  ['secret-in-environment: 0', 1, 'fail'],
  ['package-manager-cache: 10MB', 10_000_000, 'pass'],
  ['package-manager-cache: 9MB', 10_000_000, 'fail'],
  ['package-manager-cache: 41', 42, 'fail'],
  ['notebook: 0', 0, 'pass'],
];
test.each(classes)('findings, %s: %d found, %s', (line, actual, verdict) => {
  const text = `gates: { findings: { ${line} } }`;
  const results = judgeAudit(audit, readGates({ plimsollYaml: { file: 'g', text } }));
  expect(results).toMatchObject([{ actual, verdict }]);
});

// dive: `threshold > efficiency` fails, `wastedBytes > threshold` fails, `wastedUserPercent > threshold` fails.
const diveLimits: readonly [flags: GateFlags, verdicts: readonly GateVerdict[]][] = [
  [
    { lowestEfficiency: '0.9', highestWastedBytes: '20MB', highestUserWastedPercent: '0.1' },
    ['pass', 'pass', 'pass'],
  ],
  [
    { lowestEfficiency: '0.9001', highestWastedBytes: '19999999', highestUserWastedPercent: '0.0999' },
    ['fail', 'fail', 'fail'],
  ],
  [{ lowestEfficiency: 'disabled', highestWastedBytes: '0' }, ['fail', 'pass']],
];
test.each(diveLimits)('dive’s rules %o', (flags, verdicts) => {
  expect(judgeAudit(audit, readGates({ flags }), facts).map(({ verdict }) => verdict)).toEqual(verdicts);
});

test('waste in an image without user bytes is over every limit, no waste below', () => {
  const judge = (wastedUserPercent: number): GateVerdict =>
    gateVerdict(
      judgeAudit(audit, readGates({ flags: { highestUserWastedPercent: '1' } }), {
        dive: { ...dive, wastedUserPercent },
      }),
    );
  expect([judge(Number.POSITIVE_INFINITY), judge(0)]).toEqual(['fail', 'pass']);
});

describe('what cannot be judged', () => {
  const gates = readGates({ flags: { maxCompressed: '1GB', maxGrowth: '5%', lowestEfficiency: '0.5' } });

  test('is never passed', () => {
    const results = judgeAudit(audit, gates);
    expect(results.map(({ gate, verdict, actual }) => [gate, verdict, actual])).toEqual([
      ['maxCompressed', 'cannot-judge', undefined],
      ['maxGrowth', 'cannot-judge', undefined],
      ['dive.lowestEfficiency', 'cannot-judge', undefined],
      ['dive.highestUserWastedPercent', 'cannot-judge', undefined],
    ]);
    expect(gateVerdict(results)).toBe('cannot-judge');
    expect(results[1]?.message).toContain('--baseline');
  });

  test('is outdone by a failure', () => {
    const both = readGates({ flags: { maxCompressed: '1GB', maxSize: '1MB' } });
    expect(gateVerdict(judgeAudit(audit, both))).toBe('fail');
  });

  test('a percentage of an empty baseline', () => {
    const empty = { baseline: { name: 'scratch', contentBytes: 0 } };
    expect(gateVerdict(judgeAudit(audit, readGates({ flags: { maxGrowth: '5%' } }), empty))).toBe(
      'cannot-judge',
    );
    expect(gateVerdict(judgeAudit(audit, readGates({ flags: { maxGrowth: '1GB' } }), empty))).toBe('pass');
  });
});

test('an image that shrank has not grown', () => {
  const larger = { baseline: { name: 'fat', contentBytes: 8_000_000_000 } };
  const [result] = judgeAudit(audit, readGates({ flags: { maxGrowth: '0%' } }), larger);
  expect(result).toMatchObject({ verdict: 'pass', actual: -0.875 });
});

test('a failure says by how much, what, and where the limit stands', () => {
  const text = 'gates:\n  maxSize: 900MB\n  findings:\n    secret-file: 0\n';
  const results = judgeAudit(audit, readGates({ plimsollYaml: { file: '.plimsoll.yaml', text } }));
  expect(results).toEqual([
    {
      gate: 'maxSize',
      unit: 'bytes',
      limit: 900_000_000,
      actual: 1_000_000_000,
      verdict: 'fail',
      source: '.plimsoll.yaml:2',
      message: 'size 1.00 GB is over the limit of 900 MB by 100 MB',
    },
    {
      gate: 'findings.secret-file',
      unit: 'count',
      limit: 0,
      actual: 2,
      verdict: 'fail',
      source: '.plimsoll.yaml:4',
      message: 'Secret in a file: 2 found, limit 0: app/.env, root/.ssh/id_rsa',
    },
  ]);
});
