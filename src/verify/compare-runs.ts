import type { FinishedRun } from '../engines/index.ts';
import type { IgnoredDifference } from './compare-responses.ts';
import { compareTexts } from './compare-texts.ts';
import type { Difference } from './difference.ts';
import { newLines, tellsFailedLoad } from './normalise-output.ts';
import { hintsFromOutput } from './output-hints.ts';

/** What two finite runs have apart. */
export interface ComparedRuns {
  readonly differences: readonly Difference[];
  readonly ignored: readonly IgnoredDifference[];
}

/**
 * Compares two runs to the end: exit code, standard output line by line, standard error by its new lines. Where the
 * output differs, `again` (other runs of the fat image) tells which lines vary by themselves.
 */
export function compareRuns(
  runs: { readonly fat: FinishedRun; readonly lean: FinishedRun; readonly again?: readonly FinishedRun[] },
  tolerance: number,
): ComparedRuns {
  const { fat, lean, again = [] } = runs;
  const differences: Difference[] = [];
  if (fat.exitCode !== lean.exitCode) {
    differences.push({
      kind: 'exit-code',
      severity: 'break',
      what: 'exit code',
      fat: String(fat.exitCode),
      lean: String(lean.exitCode),
      hints: hintsFromOutput(lean.stderr),
    });
  }
  const options = { tolerance, isNormalised: true };
  const output = compareTexts(fat.stdout, lean.stdout, options).differences;
  const varying = new Set(
    again.flatMap((other) =>
      compareTexts(fat.stdout, other.stdout, options).differences.map((one) => one.path),
    ),
  );
  const isKnown = (path: string): boolean => varying.has(path);
  for (const one of output.filter(({ path }) => !isKnown(path)).slice(0, 20)) {
    const what = `standard output, ${one.path}`;
    differences.push({ kind: 'output', severity: 'break', what, fat: one.fat, lean: one.lean, hints: {} });
  }
  differences.push(...newErrorLines(fat.stderr, lean.stderr));
  return {
    differences,
    ignored: output
      .filter(({ path }) => isKnown(path))
      .map((one) => ({ ...one, reason: 'varies in the fat image itself' })),
  };
}

function newErrorLines(fat: string, lean: string): Difference[] {
  const lines = newLines(fat, lean);
  if (lines.length === 0) return [];
  const isBreak = lines.some(tellsFailedLoad);
  return [
    {
      kind: 'output',
      severity: isBreak ? 'break' : 'change',
      what: 'standard error',
      fat: 'without these lines',
      lean: lines.slice(0, 20).join('\n'),
      hints: isBreak ? hintsFromOutput(lines.join('\n')) : {},
    },
  ];
}
