import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatSeconds, runProcess, UserError } from '../src/base/index.ts';
import type { Bench } from './bench.ts';
import { runCount } from './run-count.ts';
import { median } from './statistics.ts';
import { textTable } from './text-table.ts';

/** How long it takes to read an image, beside programs that read less of it. */
export const read: Bench = {
  name: 'read',
  usage: 'IMAGE-ARCHIVE [--runs 3] [--json]',
  summary: 'seconds of `audit --json` on a file of `docker save`, against tar and skopeo',
  async run(words, signal) {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { runs: { type: 'string', default: '3' }, json: { type: 'boolean', default: false } },
    });
    const [file] = positionals;
    if (file === undefined || positionals.length > 1)
      throw new UserError('Name one file that `docker save` wrote.', { hint: `read ${this.usage}` });
    const runs = runCount(values.runs);
    const readings = await measure(resolve(file), runs, signal);
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ schema: 'plimsoll.bench.read/1', file, runs, readings }, undefined, 2)}\n`
        : readReport(file, runs, readings),
    );
    return 0;
  },
};

/** One way of reading and how long it took. */
interface Reading {
  readonly title: string;
  readonly seconds: readonly number[];
}

interface Contender {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly isCacheCleared?: true;
}

const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** What `docker save` wrote is one tar of layers that are tars (or, since Docker 25, may be): each is listed for its files. */
const listLayers =
  'tar -xOf "$1" manifest.json | grep -o \'"Layers":\\[[^]]*\\]\' | grep -oE \'[^"[]+(/layer.tar|sha256/[0-9a-f]+)\' | while read -r layer; do tar -xOf "$1" "$layer" | tar -t; done';

function contenders(file: string, cacheDir: string): readonly Contender[] {
  const audit = {
    command: process.execPath,
    args: [cli, 'audit', `docker-archive:${file}`, '--json', '--quiet'],
    env: { PLIMSOLL_CACHE_DIR: cacheDir },
  };
  return [
    { title: 'plimsoll audit, nothing cached', ...audit, isCacheCleared: true },
    { title: 'plimsoll audit again, layers cached', ...audit },
    {
      title: 'tar: list the files of every layer',
      command: 'bash',
      args: ['-o', 'pipefail', '-ec', listLayers, 'list', file],
    },
    { title: 'sha256sum of the file', command: 'sha256sum', args: [file] },
    {
      title: 'skopeo inspect (manifest and names only)',
      command: 'skopeo',
      args: ['inspect', `docker-archive:${file}`],
    },
  ];
}

async function measure(file: string, runs: number, signal: AbortSignal): Promise<Reading[]> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'plimsoll-bench-'));
  const all = contenders(file, cacheDir).map((contender) => ({ contender, seconds: [] as number[] }));
  try {
    // The file goes into the page cache first, so that no contender pays for the disk.
    await timed({ title: 'warm-up', command: 'sha256sum', args: [file] }, signal);
    for (let run = 0; run < runs; run += 1) {
      for (const { contender, seconds } of all) {
        if (contender.isCacheCleared) await rm(cacheDir, { recursive: true, force: true });
        seconds.push(await timed(contender, signal));
      }
    }
  } finally {
    await rm(cacheDir, { recursive: true, force: true });
  }
  return all.map(({ contender, seconds }) => ({ title: contender.title, seconds }));
}

async function timed(contender: Contender, signal: AbortSignal): Promise<number> {
  const startedAt = performance.now();
  const result = await runProcess(contender.command, contender.args, {
    signal,
    keepCharacters: 2000,
    ...(contender.env === undefined ? {} : { env: contender.env }),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  if (result.code === 0) return seconds;
  throw new UserError(`${contender.title} failed: ${result.stderr.trim()}`);
}

function readReport(file: string, runs: number, readings: readonly Reading[]): string {
  const base = median(readings[0]?.seconds ?? []);
  const rows = readings.map(({ title, seconds }) => [
    title,
    formatSeconds(median(seconds)),
    `${Number((median(seconds) / base).toPrecision(2))}×`,
  ]);
  return [
    `Reading ${file}: medians of ${runs} run${runs === 1 ? '' : 's'}, in turn, file in memory`,
    '',
    textTable(['', 'time', 'against the first'], rows),
    '',
    'The audit lists every layer, reads the packages out of them, and compresses a sample of each to know its push time.',
    '',
  ].join('\n');
}
