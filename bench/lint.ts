// How quick `plimsoll lint` is: as a process beside Node itself, and inside a process that is warm.
//   npm run bench -- lint [FILE] [--runs 21]
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runProcess, UserError } from '../src/base/index.ts';
import {
  lintDockerfile,
  noFacts,
  parseDockerfile,
  resolveDockerfile,
  rewriteDockerfile,
} from '../src/dockerfile/index.ts';
import type { Bench } from './bench.ts';
import { runCount } from './run-count.ts';
import { median } from './statistics.ts';
import { textTable } from './text-table.ts';

/** What is promised: of a process, twice the time of an empty one and this; of the work inside one, this at most. */
const mostMilliseconds = { process: 100, inside: 50 };
const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const fixtures = fileURLToPath(new URL('../src/dockerfile/rewrites/fixtures', import.meta.url));
const lineCount = 300;

/** Shows that a check of a Dockerfile is over before its user notices. */
export const lint: Bench = {
  name: 'lint',
  usage: '[FILE] [--runs 21] [--json]',
  summary: `milliseconds of \`lint\` on a Dockerfile of ${lineCount} lines, against an empty process`,
  async run(words, signal) {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { runs: { type: 'string', default: '21' }, json: { type: 'boolean', default: false } },
    });
    const runs = runCount(values.runs);
    const [file] = positionals;
    const text = file === undefined ? await sampleText() : await readFile(resolve(file), 'utf8');
    const result = { ...(await timeProcesses(text, runs, signal)), inside: timeInside(text, runs) };
    const lines = text.trimEnd().split('\n').length;
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ schema: 'plimsoll.bench.lint/1', lines, runs, ...result }, undefined, 2)}\n`
        : lintReport(lines, runs, result),
    );
    return holds(result) ? 0 : 1;
  },
};

/** Median milliseconds. */
interface LintTimes {
  /** `node -e 0`. */
  readonly empty: number;
  /** `plimsoll --version`: the start of the command line. */
  readonly start: number;
  /** `plimsoll lint FILE`. */
  readonly lint: number;
  readonly inside: { readonly parse: number; readonly lint: number; readonly plan: number };
}

/** Stages of real shape, one below the other, up to the length that is measured. */
async function sampleText(): Promise<string> {
  const names = (await readdir(fixtures)).filter((name) => name.endsWith('.Dockerfile')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(fixtures, name), 'utf8')));
  const stages = texts.filter((text) => !/^#\s*(?:escape|check)\s*=|\r/m.test(text));
  let text = '';
  for (let at = 0; text.split('\n').length <= lineCount; at += 1) text += `${stages[at % stages.length]}\n`;
  return text;
}

/** Each program in turn, so that what else the machine does falls on all alike. */
async function timeProcesses(
  text: string,
  runs: number,
  signal: AbortSignal,
): Promise<Omit<LintTimes, 'inside'>> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-bench-'));
  const file = join(folder, 'Dockerfile');
  const programs = [
    ['-e', '0'],
    [cli, '--version'],
    [cli, 'lint', '--fail-on', 'never', file],
  ];
  const times = programs.map((): number[] => []);
  try {
    await writeFile(file, text);
    // The first round fills the caches of files and of compiled code.
    for (let run = -1; run < runs; run += 1) {
      for (const [at, args] of programs.entries()) {
        const taken = await timed(args, folder, signal);
        if (run >= 0) times[at]?.push(taken);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const [empty = [], start = [], whole = []] = times;
  return { empty: median(empty), start: median(start), lint: median(whole) };
}

async function timed(args: readonly string[], cwd: string, signal: AbortSignal): Promise<number> {
  const startedAt = performance.now();
  const result = await runProcess(process.execPath, args, { signal, cwd, keepCharacters: 2000 });
  const taken = performance.now() - startedAt;
  if (result.code === 0) return taken;
  throw new UserError(`node ${args.join(' ')} failed: ${result.stderr.trim()}`);
}

function timeInside(text: string, runs: number): LintTimes['inside'] {
  const time = (work: () => unknown): number => {
    const times = Array.from({ length: runs + 5 }, () => {
      const startedAt = performance.now();
      work();
      return performance.now() - startedAt;
    });
    return median(times.slice(5));
  };
  return {
    parse: time(() => resolveDockerfile(parseDockerfile(text))),
    lint: time(() => lintDockerfile(text)),
    plan: time(() => rewriteDockerfile(text, noFacts, { without: new Set() })),
  };
}

function insideSum({ inside }: LintTimes): number {
  return inside.parse + inside.lint + inside.plan;
}

function holds(times: LintTimes): boolean {
  return (
    times.lint <= 2 * times.empty + mostMilliseconds.process && insideSum(times) <= mostMilliseconds.inside
  );
}

function lintReport(lines: number, runs: number, times: LintTimes): string {
  const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
  const row = (title: string, value: number): readonly string[] => [
    title,
    ms(value),
    `${Number((value / times.empty).toPrecision(2))}×`,
  ];
  const limit = 2 * times.empty + mostMilliseconds.process;
  return [
    `A Dockerfile of ${lines} lines: medians of ${runs} run${runs === 1 ? '' : 's'}, in turn`,
    '',
    textTable(
      ['', 'time', 'against node'],
      [
        row('node -e 0', times.empty),
        row('plimsoll --version', times.start),
        row('plimsoll lint FILE', times.lint),
        row('inside a warm process: parse', times.inside.parse),
        row('lint', times.inside.lint),
        row('plan of all rewrites', times.inside.plan),
      ],
    ),
    '',
    `lint as a process: ${ms(times.lint)} of ${ms(limit)} allowed (twice an empty process and ${mostMilliseconds.process} ms).`,
    `parse, lint and plan: ${ms(insideSum(times))} of ${mostMilliseconds.inside} ms allowed.`,
    holds(times) ? 'Both hold.' : 'This does not hold.',
    '',
  ].join('\n');
}
