import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { z } from 'zod';
import { messageOf, UserError, writeFileWhole } from '../base/index.ts';
import {
  findResolver,
  type OpenWheelOptions,
  openWheel,
  type ResolvedWheel,
  type ResolveRequirementsOptions,
  type ResolverProgram,
  readWheelDirectory,
  resolutionMemory,
  resolveSteps,
} from '../python/index.ts';
import { type BaseImage, baseImage } from './base-images.ts';
import type { EarlierInstall, ForecastFacts, ForecastRequest, WheelFacts } from './forecast.ts';
import { buildHint } from './forecast-image.ts';
import { summariseWheel, type WheelContents, wheelContentsSchema } from './wheel-contents.ts';

/** How facts are gathered. */
export interface GatherOptions {
  /** Where what was resolved, and what was read of a wheel, is kept for the next time. */
  readonly cacheDir: string;
  readonly signal?: AbortSignal;
  /** Default: pip, `python3 -m pip`, uv. */
  readonly programs?: readonly ResolverProgram[];
  /** Handed to pip as they are: `--retries 0`. */
  readonly pipOptions?: readonly string[];
  readonly fetch?: OpenWheelOptions['fetch'];
  /** Milliseconds since 1970; default `Date.now`. */
  readonly now?: () => number;
}

const wheelsAtOnce = 8;

/**
 * Resolves the requirements and reads the directories of the wheels, eight at a time; no wheel is downloaded whole. What
 * pip resolved is kept for a day. Without a resolver, a network or a solution the facts have no wheels, and `missing`
 * says why; only an abort throws.
 */
export async function gatherForecastFacts(
  request: ForecastRequest,
  options: GatherOptions,
): Promise<ForecastFacts> {
  const isUntold = request.missing?.some(({ group }) => group === 'python-dependencies') === true;
  // A part of the distributions tells nothing: resolving it would be time spent for nothing.
  if (isUntold) return { request, wheels: undefined, missing: [], problems: [] };
  if (request.requirements.length === 0) return { request, wheels: [], missing: [], problems: [] };
  const without = (because: string, hint: string): ForecastFacts => ({
    request,
    wheels: undefined,
    missing: [{ group: 'python-dependencies', because, hint }],
    problems: [],
  });
  const base = baseImage(request.baseReference);
  const pythonVersion = request.pythonVersion ?? base?.pythonVersion;
  if (pythonVersion === undefined)
    return without(`the Python version of ${request.baseReference} is not known`, buildHint);
  try {
    const target = { pythonVersion, platform: platformOf(request, base) };
    const { wheels, warnings } = await resolveWheels(request, target, options);
    return { request, wheels, missing: [], problems: warnings };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof UserError)) throw error;
    return without(error.message, error.hint ?? buildHint);
  }
}

/** What a resolution came to. */
interface KeptResolution {
  readonly wheels: readonly WheelFacts[];
  readonly warnings: readonly string[];
}

const keptSchema: z.ZodType<KeptResolution> = z.strictObject({
  wheels: z.array(
    z.strictObject({
      name: z.string(),
      version: z.string(),
      contents: wheelContentsSchema,
      isCachedByPip: z.boolean(),
    }),
  ),
  warnings: z.array(z.string()),
});

type Target = Pick<ResolveRequirementsOptions, 'pythonVersion' | 'platform'>;

async function resolveWheels(
  request: ForecastRequest,
  target: Target,
  options: GatherOptions,
): Promise<KeptResolution> {
  const resolver = await findResolver(options.programs, options.signal);
  const steps: readonly EarlierInstall[] = [
    ...(request.earlierInstalls ?? []),
    { requirements: request.requirements, constraints: request.constraints ?? [], indexes: request.indexes },
  ];
  const memory = resolutionMemory({
    cacheDir: options.cacheDir,
    question: { steps, target, pipOptions: options.pipOptions ?? [] },
    resolver,
    now: (options.now ?? Date.now)(),
    outcome: keptSchema,
  });
  const known = await memory.recall();
  if (known !== undefined) return known;
  const resolved = await resolveSteps(steps, {
    ...target,
    resolver,
    ...(options.pipOptions !== undefined && { pipOptions: options.pipOptions }),
    ...(options.signal !== undefined && { signal: options.signal }),
  });
  const limit = pLimit(wheelsAtOnce);
  const wheels = await Promise.all(resolved.wheels.map((wheel) => limit(() => readWheel(wheel, options))));
  const found = { wheels, warnings: resolved.warnings };
  await memory.keep(found);
  return found;
}

/** An unknown base is taken for a current glibc; what that changes is the choice among builds of the same wheel. */
function platformOf(
  request: ForecastRequest,
  base: BaseImage | undefined,
): ResolveRequirementsOptions['platform'] {
  return {
    architecture: request.architecture ?? 'x86_64',
    libc: base?.libc ?? 'glibc',
    libcMinor: base?.libcMinor ?? 36,
  };
}

async function readWheel(wheel: ResolvedWheel, options: GatherOptions): Promise<WheelFacts> {
  const source = await openWheel(wheel.url, {
    ...(options.signal !== undefined && { signal: options.signal }),
    ...(options.fetch !== undefined && { fetch: options.fetch }),
  });
  try {
    const key = createHash('sha256').update(`1\0${source.name}\0${source.sizeBytes}`).digest('hex');
    const path = join(options.cacheDir, 'wheels', `${key}.json`);
    let contents = await readCached(path);
    if (contents === undefined) {
      contents = summariseWheel(await readWheelDirectory(source));
      await keep(path, contents);
    }
    return {
      name: wheel.name,
      version: wheel.version,
      contents,
      isCachedByPip: !wheel.url.startsWith('file:'),
    };
  } finally {
    await source.close();
  }
}

async function readCached(path: string): Promise<WheelContents | undefined> {
  try {
    return wheelContentsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // Missing, damaged or of another version: it is read anew and written again.
    return undefined;
  }
}

async function keep(path: string, contents: WheelContents): Promise<void> {
  try {
    await writeFileWhole(path, JSON.stringify(contents));
  } catch (error) {
    throw new UserError(`cannot write to the cache ${path}: ${messageOf(error)}`, {
      hint: 'Choose a folder that can be written to.',
      cause: error,
    });
  }
}
