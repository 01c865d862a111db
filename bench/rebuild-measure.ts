import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readEnvironment } from '../src/cli/environment.ts';
import { readImage } from '../src/cli/read-side.ts';
import { addedRequirements, type Projects, type Which } from './rebuild-projects.ts';
import { docker, type Stage } from './stage.ts';
import { type TimedBuild, timedBuild } from './timed-build.ts';
import { startWireMeter, type WireMeter } from './wire-meter.ts';

/** Each run asks for another package, in place of the one before it. */
export const mostRuns: number = addedRequirements.length;

/** What was changed before a rebuild. */
export type Change = 'code' | 'requirement';

/** One rebuild. */
export interface Rebuild extends TimedBuild {
  readonly which: Which;
  readonly change: Change;
  /** 1, 2, … */
  readonly run: number;
  /** The project that the requirements now ask for beside those of the example. */
  readonly added?: string;
}

/** What a push has to send after a rebuild, when the registry holds the image before it. */
export interface PushedAgain {
  readonly layerCount: number;
  readonly contentBytes: number;
  /** As gzip packs them (estimated from a sample of large layers). */
  readonly compressedBytes: number;
}

/** All that was measured. */
export interface RebuildResult {
  readonly rebuilds: readonly Rebuild[];
  /** After a change of code. */
  readonly pushedAgain: Readonly<Record<Which, PushedAgain>>;
}

/** What to measure. */
export interface RebuildRequest {
  readonly stage: Stage;
  readonly projects: Projects;
  readonly runs: number;
  readonly stamp: string;
  readonly signal: AbortSignal;
}

const both: readonly Which[] = ['fat', 'lean'];

/** Builds both once, so that everything that can be cached is, and then rebuilds them in turn after each change. */
export async function measureRebuilds(request: RebuildRequest): Promise<RebuildResult> {
  const meter = await startWireMeter(request.stage.hostAddress);
  try {
    const requirements = await requirementsOf(request.projects);
    for (const which of both) await build(request, meter, which);
    const before = { fat: await diffIdsOf(request, 'fat'), lean: await diffIdsOf(request, 'lean') };
    const rebuilds: Rebuild[] = [];
    let pushedAgain: RebuildResult['pushedAgain'] | undefined;
    for (let run = 1; run <= request.runs; run += 1) {
      for (const which of both) {
        await changeCode(request, which, run);
        rebuilds.push({ which, change: 'code', run, ...(await build(request, meter, which)) });
      }
      pushedAgain ??= {
        fat: await toPush(request, 'fat', before.fat),
        lean: await toPush(request, 'lean', before.lean),
      };
      const added = addedRequirements[run - 1] ?? '';
      for (const which of both) {
        await writeFile(
          requirementsFile(request.projects, which),
          `${requirements[which].trimEnd()}\n${added}\n`,
        );
        rebuilds.push({ which, change: 'requirement', run, added, ...(await build(request, meter, which)) });
      }
    }
    return { rebuilds, pushedAgain: pushedAgain ?? { fat: nothing, lean: nothing } };
  } finally {
    meter.close();
  }
}

const nothing: PushedAgain = { layerCount: 0, contentBytes: 0, compressedBytes: 0 };

function build(
  { stage, projects, signal }: RebuildRequest,
  meter: WireMeter,
  which: Which,
): Promise<TimedBuild> {
  return timedBuild({
    stage,
    directory: projects.directories[which],
    tag: projects.tags[which],
    meter,
    signal,
  });
}

async function changeCode({ projects, stamp }: RebuildRequest, which: Which, run: number): Promise<void> {
  await appendFile(join(projects.directories[which], 'app', 'main.py'), `\n# ${stamp}: change ${run}\n`);
}

function requirementsFile(projects: Projects, which: Which): string {
  return join(projects.directories[which], 'requirements.txt');
}

async function requirementsOf(projects: Projects): Promise<Record<Which, string>> {
  return {
    fat: await readFile(requirementsFile(projects, 'fat'), 'utf8'),
    lean: await readFile(requirementsFile(projects, 'lean'), 'utf8'),
  };
}

async function diffIdsOf({ stage, projects }: RebuildRequest, which: Which): Promise<ReadonlySet<string>> {
  const printed = await docker(stage, [
    ...['image', 'inspect', '--format', '{{range .RootFS.Layers}}{{println .}}{{end}}'],
    projects.tags[which],
  ]);
  return new Set(printed.split('\n').filter((line) => line !== ''));
}

async function toPush(
  { stage, projects, signal }: RebuildRequest,
  which: Which,
  before: ReadonlySet<string>,
): Promise<PushedAgain> {
  const environment = readEnvironment(signal);
  const { image, root, side } = await readImage(`docker:${projects.tags[which]}`, {
    ...environment,
    variables: { ...environment.variables, ...stage.environment },
  });
  const changed = image.layers.flatMap(({ diffId }, position) => (before.has(diffId) ? [] : [position]));
  const sum = (bytes: (position: number) => number): number =>
    changed.reduce((total, position) => total + bytes(position), 0);
  return {
    layerCount: changed.length,
    contentBytes: sum((position) => root.layers[position]?.contentBytes ?? 0),
    compressedBytes: sum((position) => side.measures?.[position]?.compressedBytes ?? 0),
  };
}
