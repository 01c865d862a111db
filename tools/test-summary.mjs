// Prints one line that says how many tests passed and failed, read from what vitest's JSON reporter wrote:
//   node tools/test-summary.mjs RESULTS.json      exit 1 when anything failed, or when no test ran
// Plain JavaScript: it also runs under the machine's own, older Node (20).
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * The summary of a run. A test file that could not even be loaded holds no test that failed; it counts as one failure.
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests?: number, numTodoTests?: number, success: boolean,
 *   testResults: readonly { status: string, assertionResults: readonly { status: string }[] }[] }} results
 * @returns {{ line: string, isGood: boolean }}
 */
export function summaryOf(results) {
  const broken = results.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = results.numFailedTests + broken;
  const skipped = (results.numPendingTests ?? 0) + (results.numTodoTests ?? 0);
  const line = `${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return { line, isGood: results.success && failed === 0 && results.numPassedTests > 0 };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = process.argv[2];
  if (file === undefined) {
    console.error('usage: node tools/test-summary.mjs RESULTS.json');
    process.exit(2);
  }
  let results;
  try {
    results = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    console.error(`The test runner left no results: ${error.message}`);
    process.exit(1);
  }
  const { line, isGood } = summaryOf(results);
  console.log(line);
  process.exit(isGood ? 0 : 1);
}
