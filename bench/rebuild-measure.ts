import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../src/base/index.ts';
import { startDebianRegistry } from '../src/image/registry/fixtures/debian-registry.ts';
import { imageId, removeByName } from './leftovers.ts';
import { addedRequirements, everyProject, type Projects, type Which } from './rebuild-projects.ts';
import { type TimedPush, timedPush } from './rebuild-push.ts';
import type { Stage } from './stage.ts';
import { type TimedBuild, timedBuild } from './timed-build.ts';
import { startWireMeter, type WireMeter } from './wire-meter.ts';

/** Each run asks for another package, in place of the one before it. */
export const mostRuns: number = addedRequirements.length;

/** What happened before a build: no step was kept, nothing changed, or a change was made. */
export type Change = 'cold' | 'nothing' | 'code' | 'requirement';

/** One build, and the push of what it made. */
export interface Rebuild extends TimedBuild {
  readonly which: Which;
  readonly change: Change;
  /** 1, 2, …; 0 for the cold one. */
  readonly run: number;
  /** The project that the requirements now ask for beside those of the example. */
  readonly added?: string;
  readonly push: TimedPush;
}

/** What to measure. */
export interface RebuildRequest {
  readonly stage: Stage;
  readonly projects: Projects;
  readonly runs: number;
  readonly stamp: string;
  readonly signal: AbortSignal;
}

/** A measurement under way. */
interface Work extends RebuildRequest {
  readonly meter: WireMeter;
  /** Host and port. */
  readonly registry: string;
  /** What each repository holds. */
  readonly held: Readonly<Record<Which, Set<string>>>;
}

/** Builds all once without any cache, and then again in turn with nothing changed and after each change; pushes what each build made. */
export async function measureRebuilds(request: RebuildRequest): Promise<readonly Rebuild[]> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-bench-registry-'));
  const [meter, registry] = await Promise.all([
    startWireMeter(request.stage.hostAddress),
    startDebianRegistry(folder),
  ]);
  try {
    const held = { fat: new Set<string>(), recipe: new Set<string>(), lean: new Set<string>() };
    return await rebuildAll({ ...request, meter, registry: registry.host, held });
  } finally {
    meter.close();
    await registry.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function rebuildAll(work: Work): Promise<readonly Rebuild[]> {
  const { projects, runs } = work;
  const requirements = new Map(
    await Promise.all(
      everyProject.map(
        async (which) => [which, await readFile(requirementsFile(projects, which), 'utf8')] as const,
      ),
    ),
  );
  const rebuilds: Rebuild[] = [];
  const all = async (change: Change, run: number, before: Before): Promise<void> => {
    const added = change === 'requirement' ? addedRequirements[run - 1] : undefined;
    for (const which of everyProject) {
      const measured = await tried(async (again) => {
        await before(which, again);
        return await buildAndPush(work, which, change);
      });
      rebuilds.push({ which, change, run, ...(added === undefined ? {} : { added }), ...measured });
    }
  };
  await all('cold', 0, async () => {});
  for (let run = 1; run <= runs; run += 1) {
    await all('nothing', run, async () => {});
    await all('code', run, async (which, again) => await changeCode(work, which, run + again / 10));
    await all('requirement', run, async (which, again) => {
      // With a comment of this run: what builds before have left in the cache does not count.
      const text = `${requirements.get(which)?.trimEnd()}\n${addedRequirements[run - 1]}\n# ${work.stamp}${'.'.repeat(again)}\n`;
      await writeFile(requirementsFile(projects, which), text);
    });
  }
  return rebuilds;
}

/** Makes the change; `again` counts the tries before, so that it is another change each time. */
type Before = (which: Which, again: number) => Promise<void>;

const mostTries = 3;
const networkFailure =
  /could not connect|unable to connect|connection (failed|reset|refused|timed out|aborted)|failed to fetch|remote end closed|bad gateway|temporary failure|ReadTimeoutError|NewConnectionError/i;

/** Tries again, from the change on, when a download failed: that says nothing about the Dockerfile, and half a build is no measurement. */
async function tried<T>(work: (again: number) => Promise<T>): Promise<T> {
  for (let again = 0; ; again += 1) {
    try {
      return await work(again);
    } catch (error) {
      const isOver = again + 1 === mostTries || !networkFailure.test(messageOf(error));
      if (isOver) throw error;
      console.error(`bench: a download failed, so this build starts over (try ${again + 2} of ${mostTries})`);
    }
  }
}

async function buildAndPush(
  { stage, projects, meter, registry, held, signal }: Work,
  which: Which,
  change: Change,
): Promise<TimedBuild & { readonly push: TimedPush }> {
  const tag = projects.tags[which];
  const previous = await imageId(stage, tag);
  const built = await timedBuild({
    ...{ stage, tag, meter, signal },
    directory: projects.directories[which],
    isCold: change === 'cold',
  });
  // The new one has taken its name; several of many gigabytes may not fit.
  if (previous !== undefined && previous !== (await imageId(stage, tag)))
    await removeByName(stage, [previous]);
  const push = await timedPush({
    ...{ stage, tag, signal },
    repository: `${registry}/${which}`,
    by: which === 'lean' ? 'plimsoll' : 'docker',
    held: held[which],
  });
  return { ...built, push };
}

async function changeCode({ projects, stamp }: RebuildRequest, which: Which, run: number): Promise<void> {
  await appendFile(join(projects.directories[which], 'app', 'main.py'), `\n# ${stamp}: change ${run}\n`);
}

function requirementsFile(projects: Projects, which: Which): string {
  return join(projects.directories[which], 'requirements.txt');
}
