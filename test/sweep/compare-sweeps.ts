import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What came of one import. */
export interface ImportOutcome {
  readonly name: string;
  /** `ok`, or the exception, or how its process ended. */
  readonly outcome: string;
  /** Both streams. */
  readonly output: string;
}

/** The program that imports everything inside an image: for the standard input of its `python -`. */
export function sweepScript(): string {
  return readFileSync(fileURLToPath(new URL('sweep-imports.py', import.meta.url)), 'utf8');
}

/** Reads what the program printed: one line of JSON for each module. */
export function parseSweep(text: string): readonly ImportOutcome[] {
  return (
    text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      // The program is ours, and prints nothing else.
      .map((line) => JSON.parse(line) as ImportOutcome)
  );
}

/**
 * Says which imports came out otherwise: outcome or output. Addresses, process numbers, times and temporary names differ between any
 * two runs, and do not count.
 */
export function compareSweeps(
  before: readonly ImportOutcome[],
  after: readonly ImportOutcome[],
): readonly string[] {
  const now = new Map(after.map((one) => [one.name, one]));
  return before.flatMap(({ name, outcome, output }) => {
    const other = now.get(name);
    if (other === undefined) return [`${name}: not tried after`];
    const [was, is] = [`${outcome}\n${output}`, `${other.outcome}\n${other.output}`].map(withoutChance);
    return was === is ? [] : [`${name}:\n  before: ${was}\n  after: ${is}`];
  });
}

function withoutChance(text: string): string {
  return text
    .replace(/0x[0-9a-f]+/g, '0x…')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?/g, 'time')
    .replace(/\b\d+(?:\.\d+)? ?(?:seconds|sec|ms|s)\b/g, 'seconds')
    .replace(/\/tmp\/\S+/g, '/tmp/…')
    .replace(/\b(pid|PID|process)[ =:]*\d+/g, '$1 …')
    .replace(/\b[EWIF]\d{4} \d\d:\d\d:\d+\.\d+ +\d+/g, 'log')
    .replace(/(?<![\d.])\d{10,}(?:\.\d+)?\b/g, 'time')
    .trim();
}
