import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatBytes, formatSeconds, runProcess, UserError } from '../src/base/index.ts';
import { counted } from '../src/report/index.ts';
import { shrinkPasses } from '../src/shrink/index.ts';
import { compareSweeps, type ImportOutcome, parseSweep, sweepScript } from '../test/sweep/index.ts';
import type { Bench } from './bench.ts';
import { docker, plimsoll, type Stage, setTheStage, standInLines } from './stage.ts';
import { textTable } from './text-table.ts';
import { buildWorkloadImage, workloadTag } from './workload-image.ts';

/** One workload's run: a script for one distribution, in an interpreter of its own. */
interface WorkloadRun {
  readonly name: string;
  readonly seconds: number;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What an image did. */
interface ImageRuns {
  readonly sizeBytes: number;
  readonly workloads: readonly WorkloadRun[];
  readonly imports: readonly ImportOutcome[];
}

/** A way of shrinking, and what came of it. */
interface Variant {
  readonly title: string;
  readonly shrinkSeconds: number;
  readonly runs: ImageRuns;
  /** Workloads and imports that came out otherwise than before. */
  readonly differences: readonly string[];
}

/** Whether a large image of real wheels does after `shrink` what it did before. */
export const workloads: Bench = {
  name: 'workloads',
  usage: '[--no-build] [--no-imports] [--json]',
  summary: 'one real call for each of many distributions, and every import, before and after `shrink`',
  async run(words, signal) {
    const { values } = parseArgs({
      args: [...words],
      allowNegative: true,
      options: {
        build: { type: 'boolean', default: true },
        imports: { type: 'boolean', default: true },
        json: { type: 'boolean', default: false },
      },
    });
    await assertRoom(tmpdir());
    const stage = await setTheStage({ example: 'churn-api' });
    if (values.build) await buildWorkloadImage(stage, signal);
    const fat = await runImage(stage, { tag: workloadTag, hasImports: values.imports, signal });
    const optIns = shrinkPasses.filter(({ risk }) => risk === 'opt-in').map(({ name }) => name);
    const choices: readonly (readonly [title: string, options: readonly string[]])[] = [
      ['by default', []],
      [`with ${optIns.join(', ')}`, optIns.flatMap((name) => ['--with', name])],
    ];
    const variants: Variant[] = [];
    for (const [title, options] of choices) {
      variants.push(await tryVariant(stage, { title, options, fat, hasImports: values.imports, signal }));
    }
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ schema: 'plimsoll.bench.workloads/1', fat, variants, notes: stage.notes }, undefined, 2)}\n`
        : `${workloadsReport(fat, variants)}${standInLines(stage)}`,
    );
    return variants.every(({ differences }) => differences.length === 0) ? 0 : 1;
  },
};

/** The image, as the engine saves it twice over, the lean one and its archive. */
const neededBytes = 18e9;

async function assertRoom(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= neededBytes) return;
  throw new UserError(
    `${formatBytes(bavail * bsize)} are free in ${folder}; this takes ${formatBytes(neededBytes)} for a while.`,
    { hint: 'Make room, or let TMPDIR and PLIMSOLL_CACHE_DIR name folders on a larger disk.' },
  );
}

interface VariantRequest {
  readonly title: string;
  readonly options: readonly string[];
  readonly fat: ImageRuns;
  readonly hasImports: boolean;
  readonly signal: AbortSignal;
}

/** Shrinks the image one way, and runs the result; neither file nor image stays. */
async function tryVariant(stage: Stage, request: VariantRequest): Promise<Variant> {
  const { title, options, fat, hasImports, signal } = request;
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-bench-workloads-'));
  const tag = 'plimsoll-bench/workloads:lean';
  try {
    const file = join(folder, 'lean.tar');
    const startedAt = performance.now();
    const base = ['--base', 'docker:python:3.11-slim'];
    await plimsoll(
      stage,
      ['shrink', `docker:${workloadTag}`, '-o', file, '--tag', tag, ...base, ...options],
      signal,
    );
    const shrinkSeconds = (performance.now() - startedAt) / 1000;
    await docker(stage, ['load', '--quiet', '--input', file]);
    await rm(file);
    const known = fat.imports.map(({ name }) => name);
    const runs = await runImage(stage, { tag, hasImports, known, signal });
    const differences = [
      ...compareSweeps(fat.workloads.map(asOutcome), runs.workloads.map(asOutcome)),
      ...compareSweeps(fat.imports, runs.imports),
    ];
    return { title, shrinkSeconds, runs, differences };
  } finally {
    await rm(folder, { recursive: true, force: true });
    await docker(stage, ['image', 'rm', '--force', tag]).catch(() => '');
  }
}

function asOutcome({ name, code, stdout, stderr }: WorkloadRun): ImportOutcome {
  return { name: `workload ${name}`, outcome: `exit code ${code}`, output: `${stdout}\n${stderr}` };
}

interface RunImageRequest {
  readonly tag: string;
  readonly hasImports: boolean;
  /** The modules to import; all that are found without it. */
  readonly known?: readonly string[];
  readonly signal: AbortSignal;
}

async function runImage(stage: Stage, request: RunImageRequest): Promise<ImageRuns> {
  const { tag, hasImports, known, signal } = request;
  const size = await docker(stage, ['image', 'inspect', '--format', '{{.Size}}', tag]);
  const words = known === undefined ? [] : [JSON.stringify(known)];
  const said = await inContainer(stage, { words: [tag], signal });
  const imported = hasImports
    ? await inContainer(stage, {
        words: ['--entrypoint', 'python', tag, '-', ...words],
        input: sweepScript(),
        signal,
      })
    : '';
  return {
    sizeBytes: Number(size),
    // The program in the image is ours, and prints nothing else.
    workloads: said
      .split('\n')
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as WorkloadRun] : [])),
    imports: parseSweep(imported),
  };
}

async function inContainer(
  stage: Stage,
  {
    words,
    input,
    signal,
  }: { readonly words: readonly string[]; readonly input?: string; readonly signal: AbortSignal },
): Promise<string> {
  console.error(`$ docker run ${words.slice(0, 3).join(' ')}`);
  const result = await runProcess(
    stage.dockerProgram,
    ['run', '--rm', '--interactive', '--network', 'none', ...words],
    { env: stage.environment, keepCharacters: 50_000_000, signal, ...(input !== undefined && { input }) },
  );
  if (result.code === 0) return result.stdout;
  throw new UserError(`docker run ${words[0]} ended with ${result.code}: ${result.stderr.slice(-2000)}`);
}

/** The workloads one by one, then what differs. */
export function workloadsReport(fat: ImageRuns, variants: readonly Variant[]): string {
  const passing = fat.workloads.filter(({ code }) => code === 0);
  const rows = fat.workloads.map((before) => [
    before.name,
    before.code === 0 ? formatSeconds(before.seconds) : 'fails',
    ...variants.map(({ runs, differences }) => {
      const after = runs.workloads.find(({ name }) => name === before.name);
      const isSame = !differences.some((line) => line.startsWith(`workload ${before.name}:`));
      return after === undefined || !isSame ? 'DIFFERS' : formatSeconds(after.seconds);
    }),
  ]);
  const sums = variants.map(({ title, runs, shrinkSeconds, differences }) => {
    const same = runs.workloads.filter(({ code }) => code === 0).length;
    const apart = counted(differences.length, 'difference');
    return `${title}: ${formatBytes(runs.sizeBytes)} after ${formatSeconds(shrinkSeconds)}; ${counted(same, 'workload')} passed; ${apart}`;
  });
  return [
    `An image of ${counted(fat.workloads.length, 'workload')}, ${passing.length} of which pass, in ${formatBytes(fat.sizeBytes)}`,
    ...(fat.imports.length === 0
      ? []
      : [
          `${counted(fat.imports.length, 'module')}, ${fat.imports.filter(({ outcome }) => outcome === 'ok').length} of which can be imported`,
        ]),
    '',
    textTable(['workload', 'before', ...variants.map((_, number) => `shrunk ${number + 1}`)], rows),
    '',
    ...sums.map((line, number) => `shrunk ${number + 1}: ${line}`),
    ...variants.flatMap(({ title, differences }) => differences.map((line) => `\n${title}: ${line}`)),
    '',
  ].join('\n');
}
