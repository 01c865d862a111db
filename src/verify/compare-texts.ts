import { areClose, relativeDeviation, type ValueComparison, type ValueDifference } from './compare-values.ts';
import { normaliseLine, splitLines } from './normalise-output.ts';

/** How two texts are compared. */
export interface TextComparisonOptions {
  /** Relative; see `compareJson`. */
  readonly tolerance: number;
  /** Times, durations, process ids, addresses and install folders count as equal. */
  readonly isNormalised: boolean;
}

const numberPattern = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Compares two texts line by line: the words must be equal, numbers with a fraction may deviate by the tolerance. */
export function compareTexts(fat: string, lean: string, options: TextComparisonOptions): ValueComparison {
  const prepare = (text: string): string[] =>
    options.isNormalised ? splitLines(text.trimEnd()).map(normaliseLine) : splitLines(text);
  const [before, after] = [prepare(fat), prepare(lean)];
  const differences: ValueDifference[] = [];
  let largestDeviation = 0;
  for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
    const deviation = lineDeviation(before[index], after[index], options.tolerance);
    if (deviation !== undefined) {
      largestDeviation = Math.max(largestDeviation, deviation);
      continue;
    }
    differences.push({
      path: `line ${index + 1}`,
      fat: showLine(before[index]),
      lean: showLine(after[index]),
    });
  }
  return { differences, largestDeviation, comparedCount: Math.max(before.length, after.length) };
}

/** The largest deviation of the numbers of two lines that count as equal, or undefined when they do not. */
function lineDeviation(
  fat: string | undefined,
  lean: string | undefined,
  tolerance: number,
): number | undefined {
  if (fat === lean) return 0;
  if (fat === undefined || lean === undefined) return undefined;
  if (fat.replace(numberPattern, '#') !== lean.replace(numberPattern, '#')) return undefined;
  const before = fat.match(numberPattern) ?? [];
  const after = lean.match(numberPattern) ?? [];
  let largest = 0;
  for (const [index, text] of before.entries()) {
    const other = after[index] ?? '';
    if (text === other) continue;
    if (!areClose(Number(text), Number(other), tolerance)) return undefined;
    largest = Math.max(largest, relativeDeviation(Number(text), Number(other)));
  }
  return largest;
}

function showLine(line: string | undefined): string {
  if (line === undefined) return 'absent';
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
