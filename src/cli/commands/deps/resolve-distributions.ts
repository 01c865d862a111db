import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { z } from 'zod';
import { type ProgressTask, UserError, writeFileWhole } from '../../../base/index.ts';
import type { DepsDistribution } from '../../../deps/index.ts';
import {
  bytecodeRatio,
  type InstallStep,
  openWheel,
  type ResolvedEnvironment,
  type ResolvedWheel,
  type ResolveRequirementsOptions,
  readWheelDistribution,
  resolutionMemory,
  resolveSteps,
  type WheelDistribution,
} from '../../../python/index.ts';
import type { CliEnvironment } from '../../environment.ts';

/** What is resolved, for which Python, by which program. */
export interface Resolution
  extends Pick<ResolveRequirementsOptions, 'pythonVersion' | 'platform' | 'resolver'> {
  readonly steps: readonly InstallStep[];
  /** pip compiles every module that it installs. */
  readonly hasBytecode: boolean;
}

/** What an installation would bring. */
export interface ResolvedDistributions {
  readonly distributions: readonly DepsDistribution[];
  /** What the resolver says of the releases it chose: yanked or not. */
  readonly yankedByResolver: ReadonlyMap<string, boolean>;
  /** Name → sha256 of the wheel. */
  readonly hashes: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

const wheelsAtOnce = 8;

/** Resolves, and reads what the wheels say of themselves; none is downloaded whole. Throws a `UserError` with the resolver's words. */
export async function resolveDistributions(
  { hasBytecode, ...resolution }: Resolution,
  environment: CliEnvironment,
  task: ProgressTask,
): Promise<ResolvedDistributions> {
  return await resolveOnce(resolution, environment, async ({ wheels, warnings }) => {
    const limit = pLimit(wheelsAtOnce);
    let count = 0;
    const distributions = await Promise.all(
      wheels.map((wheel) =>
        limit(async () => {
          const found = await readWheel(wheel, environment);
          count += 1;
          task.step(`${count} of ${wheels.length} wheels`);
          return toDistribution(found, hasBytecode);
        }),
      ),
    );
    const told = <Fact>(fact: (wheel: ResolvedWheel) => Fact | undefined): ReadonlyMap<string, Fact> =>
      new Map(
        wheels.flatMap((wheel) => {
          const value = fact(wheel);
          return value === undefined ? [] : [[wheel.name, value] as const];
        }),
      );
    return {
      distributions,
      yankedByResolver: told(({ isYanked }) => isYanked),
      hashes: told(({ sha256 }) => sha256),
      warnings,
    };
  });
}

const wheelsSchema = z.object({
  wheels: z.array(z.object({ name: z.string(), version: z.string(), url: z.string() })),
  warnings: z.array(z.string()),
});
const environmentSchema: z.ZodType<ResolvedEnvironment> = z.custom<ResolvedEnvironment>(
  (value) => wheelsSchema.safeParse(value).success,
);

/**
 * What pip has resolved in the same way is taken again for a day, so that --fix after a look costs no second resolution; where a
 * wheel of it is not there any more, it is resolved anew.
 */
async function resolveOnce<Result>(
  { steps, ...target }: Omit<Resolution, 'hasBytecode'>,
  { cacheDir, signal }: CliEnvironment,
  use: (resolved: ResolvedEnvironment) => Promise<Result>,
): Promise<Result> {
  const { resolver, ...rest } = target;
  const memory = resolutionMemory({
    cacheDir: join(cacheDir, 'deps'),
    question: { steps, ...rest },
    resolver,
    now: Date.now(),
    outcome: environmentSchema,
  });
  const known = await memory.recall();
  const again = known === undefined ? undefined : await unlessUserError(() => use(known));
  if (again !== undefined) return again;
  // pip's own five retries, each with a long wait, would look like a hang.
  const resolved = await resolveSteps(steps, { ...target, pipOptions: ['--retries', '1'], signal });
  const result = await use(resolved);
  await memory.keep(resolved);
  return result;
}

async function unlessUserError<Result>(run: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function toDistribution(wheel: WheelDistribution, hasBytecode: boolean): DepsDistribution {
  const { name, version, requirements, modules, entryPoints, files, installedBytes, sourceBytes } = wheel;
  return {
    name,
    version,
    requirements,
    modules,
    entryPoints,
    paths: files.map(({ path }) => path),
    sizeBytes: Math.round(installedBytes + (hasBytecode ? sourceBytes * bytecodeRatio : 0)),
  };
}

const keptSchema = z.custom<WheelDistribution>(
  (value) => typeof value === 'object' && value !== null && 'files' in value,
);

async function readWheel(
  wheel: ResolvedWheel,
  { cacheDir, signal }: CliEnvironment,
): Promise<WheelDistribution> {
  const source = await openWheel(wheel.url, { signal });
  try {
    const key = createHash('sha256').update(`1\0${source.name}\0${source.sizeBytes}`).digest('hex');
    const path = join(cacheDir, 'wheel-metadata', `${key}.json`);
    const known = await readFile(path, 'utf8')
      .then((text) => keptSchema.parse(JSON.parse(text)))
      // Missing or damaged: it is read anew.
      .catch(() => undefined);
    if (known !== undefined) return known;
    const found = await readWheelDistribution(source);
    // A cache that cannot be written is no reason to stop.
    await writeFileWhole(path, JSON.stringify(found)).catch(() => {});
    return found;
  } finally {
    await source.close();
  }
}
