import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('test-summary.mjs', import.meta.url));

function summaryOf(text: string): { readonly line: string; readonly code: number | null } {
  const folder = mkdtempSync(join(tmpdir(), 'summary-'));
  const file = join(folder, 'results.json');
  writeFileSync(file, text);
  const result = spawnSync(process.execPath, [script, file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return { line: result.stdout.trim(), code: result.status };
}

const good = { status: 'passed', assertionResults: [{ status: 'passed' }] };
const bad = { status: 'failed', assertionResults: [{ status: 'failed' }] };
const broken = { status: 'failed', assertionResults: [] };

const runs: readonly [results: object, line: string, code: number, why: string][] = [
  [
    { numPassedTests: 12, numFailedTests: 0, numPendingTests: 0, success: true, testResults: [good] },
    '12 passed, 0 failed',
    0,
    'all is well',
  ],
  [
    { numPassedTests: 12, numFailedTests: 0, numPendingTests: 3, success: true, testResults: [good] },
    '12 passed, 0 failed, 3 skipped',
    0,
    'skipped tests are told',
  ],
  [
    { numPassedTests: 11, numFailedTests: 1, success: false, testResults: [good, bad] },
    '11 passed, 1 failed',
    1,
    'a failed test is counted once, not again for its file',
  ],
  [
    { numPassedTests: 11, numFailedTests: 0, success: false, testResults: [good, broken] },
    '11 passed, 1 failed',
    1,
    'a test file that cannot be loaded is a failure',
  ],
  [
    { numPassedTests: 0, numFailedTests: 0, success: true, testResults: [] },
    '0 passed, 0 failed',
    1,
    'a run without a test proves nothing',
  ],
];

test.each(runs)('%j → %s, exit %i: %s', (results, line, code) => {
  expect(summaryOf(JSON.stringify(results))).toEqual({ line, code });
});

test('a runner that left half a file gives no line that could be taken for a summary', () => {
  expect(summaryOf('{"numPassedTests": 12')).toEqual({ line: '', code: 1 });
});
