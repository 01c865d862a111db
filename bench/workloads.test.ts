import { describe, expect, test } from 'vitest';
import { compareSweeps } from '../test/sweep/index.ts';
import { workloadsReport } from './workloads.ts';

const ok = (name: string, output = '') => ({ name, outcome: 'ok', output });

describe('imports before and after', () => {
  test.each([
    ['an address', 'at 0x7f00aa', 'at 0x7f11bb'],
    ['a time', '2026-11-28 23:15:01,002 up', '2026-11-28 23:20:09 up'],
    ['a duration', 'took 1.25 s', 'took 3 s'],
    ['a temporary name', 'in /tmp/abc', 'in /tmp/xyz'],
    [
      'a line of a log',
      'I0000 00:00:1795909642.213871     378 port.cc:153] on',
      'I0000 00:00:1795909999.1 9 port.cc:153] on',
    ],
    ['a process number', 'pid 12 waits', 'pid 13 waits'],
  ])('%s may differ', (_, before, after) => {
    expect(compareSweeps([ok('a', before)], [ok('a', after)])).toEqual([]);
  });

  test.each([
    ['an import that fails now', { ...ok('a'), outcome: 'ImportError: x' }],
    ['a line on standard error', ok('a', 'ImportError: no tests')],
    ['a number', ok('a', '1.4142135623730951')],
    ['an import that was not tried', ok('b')],
  ])('%s may not', (_, after) => {
    expect(compareSweeps([ok('a', '1.4142135623730000')], [after])).toEqual([expect.stringMatching(/^a:/)]);
  });

  test('one that failed before and fails in another way now may not either', () => {
    const failed = (outcome: string) => [{ ...ok('a'), outcome }];
    expect(compareSweeps(failed('ImportError: libGL'), failed('ImportError: libGL'))).toEqual([]);
    expect(compareSweeps(failed('ImportError: libGL'), failed('ImportError: tests'))).toHaveLength(1);
  });
});

test('the report has a row for each workload and says what differs', () => {
  const run = (name: string, code: number) => ({ name, code, seconds: 1.5, stdout: '', stderr: '' });
  const runs = (code: number) => ({
    sizeBytes: 5e9,
    workloads: [run('numpy', 0), run('torch', code), run('odd', 1)],
    imports: [ok('numpy')],
  });
  const differences = ['workload torch:\n  before: exit code 0\n  after: exit code 1'];
  const report = workloadsReport(runs(0), [
    { title: 'by default', shrinkSeconds: 60, runs: runs(1), differences },
  ]);
  expect(report.split('\n').map((line) => line.trimEnd())).toEqual([
    'An image of 3 workloads, 2 of which pass, in 5.00 GB',
    '1 module, 1 of which can be imported',
    '',
    'workload  before  shrunk 1',
    '────────  ──────  ────────',
    'numpy      1.5 s     1.5 s',
    'torch      1.5 s   DIFFERS',
    'odd        fails     1.5 s',
    '',
    'shrunk 1: by default: 5.00 GB after 1 min 00 s; 1 workload passed; 1 difference',
    '',
    'by default: workload torch:',
    '  before: exit code 0',
    '  after: exit code 1',
    '',
  ]);
});
