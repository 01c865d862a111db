import { describe, expect, it } from 'vitest';
import { compareLogs, compareRuns } from './index.ts';

const run = (stdout: string, stderr = '', exitCode = 0) => ({ stdout, stderr, exitCode, seconds: 1 });

describe('comparing runs to the end', () => {
  it.each([
    [
      '2025-01-01 10:00:00,123 loaded in 1.2s',
      '2026-06-06 11:11:11,456 loaded in 3.4s',
      'times and durations',
    ],
    [
      'worker [pid 71] at 0x7f0a at 10.0.0.1:4711',
      'worker [pid 8] at 0x7fff at 10.0.0.2:99',
      'ids and addresses',
    ],
    ['accuracy 0.912345', 'accuracy 0.912346', 'numbers within the tolerance'],
    ['\x1b[32mdone\x1b[0m\r\n', 'done\n', 'colours and line ends'],
  ])('%j is %j: %s', (fat, lean) => {
    expect(compareRuns({ fat: run(fat), lean: run(lean) }, 1e-4)).toEqual({ differences: [], ignored: [] });
  });

  it('tells another exit code with what the run missed', () => {
    const lean = run('', "ModuleNotFoundError: No module named 'yaml'", 1);
    expect(compareRuns({ fat: run(''), lean }, 1e-4).differences).toMatchObject([
      { kind: 'exit-code', severity: 'break', fat: '0', lean: '1', hints: { module: 'yaml' } },
      { kind: 'output', severity: 'break', what: 'standard error' },
    ]);
  });

  it('tells a changed line, and a changed number', () => {
    const found = compareRuns(
      { fat: run('label cat\nscore 0.5\nn 3'), lean: run('label dog\nscore 0.6\nn 3') },
      1e-4,
    );
    expect(found.differences).toMatchObject([
      { severity: 'break', what: 'standard output, line 1', fat: 'label cat', lean: 'label dog' },
      { what: 'standard output, line 2' },
    ]);
  });

  it('ignores, and lists, the lines that a second run of the fat image varies', () => {
    const found = compareRuns(
      { fat: run('seed 7\nn 3'), lean: run('seed 9\nn 4'), again: [run('seed 8\nn 3')] },
      1e-4,
    );
    expect(found.ignored).toMatchObject([{ path: 'line 1', fat: 'seed 7', lean: 'seed 9' }]);
    expect(found.differences.map((one) => one.what)).toEqual(['standard output, line 2']);
  });

  it('takes new words on standard error for a change', () => {
    const found = compareRuns({ fat: run('', 'warming up'), lean: run('', 'warming up\nslow path') }, 1e-4);
    expect(found.differences).toMatchObject([{ kind: 'output', severity: 'change', lean: 'slow path' }]);
  });
});

describe('comparing logs of services', () => {
  const log = (stderr: string) => ({ stdout: '', stderr });

  it('finds the failed load that the program survived', () => {
    const found = compareLogs(
      log('INFO ready'),
      log('INFO ready\nWARNING ImportError: libgomp.so.1: cannot open shared object file'),
    );
    expect(found).toMatchObject([{ kind: 'log', severity: 'break', hints: { soname: 'libgomp.so.1' } }]);
  });

  it('tells other errors as a change, and is silent about what both say or nobody minds', () => {
    expect(compareLogs(log('ERROR at 10:00:00 cache'), log('ERROR at 11:00:00 cache\nINFO new'))).toEqual([]);
    expect(compareLogs(log(''), log('ValueError: bad row'))).toMatchObject([{ severity: 'change' }]);
  });
});
