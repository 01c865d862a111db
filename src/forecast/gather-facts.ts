import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { z } from 'zod';
import { messageOf, UserError, writeFileWhole } from '../base/index.ts';
import {
  type OpenWheelOptions,
  openWheel,
  type ResolvedEnvironment,
  type ResolvedWheel,
  type ResolveRequirementsOptions,
  type ResolverProgram,
  readWheelDirectory,
  resolveRequirements,
} from '../python/index.ts';
import { type BaseImage, baseImage } from './base-images.ts';
import type { ForecastFacts, ForecastRequest, WheelFacts } from './forecast.ts';
import { summariseWheel, type WheelContents } from './wheel-contents.ts';

/** How facts are gathered. */
export interface GatherOptions {
  /** Where what was read of a wheel is kept for the next time. */
  readonly cacheDir: string;
  readonly signal?: AbortSignal;
  /** Default: pip, `python3 -m pip`, uv. */
  readonly programs?: readonly ResolverProgram[];
  /** Handed to pip as they are: `--retries 0`. */
  readonly pipOptions?: readonly string[];
  readonly fetch?: OpenWheelOptions['fetch'];
}

const wheelsAtOnce = 8;

/**
 * Resolves the requirements and reads the directories of the wheels, eight at a time; no wheel is downloaded whole.
 * Without a resolver, a network or a solution the facts have no wheels and a problem says why; only an abort throws.
 */
export async function gatherForecastFacts(
  request: ForecastRequest,
  options: GatherOptions,
): Promise<ForecastFacts> {
  if (request.requirements.length === 0) return { request, wheels: [], problems: [] };
  const base = baseImage(request.baseReference);
  const pythonVersion = request.pythonVersion ?? base?.pythonVersion;
  if (pythonVersion === undefined) {
    const problem = `the Python version of ${request.baseReference} is not known: the Python dependencies are not part of the forecast`;
    return { request, wheels: undefined, problems: [problem] };
  }
  try {
    const target = { pythonVersion, platform: platformOf(request, base) };
    const resolved = await resolveSteps(request, target, options);
    const limit = pLimit(wheelsAtOnce);
    const wheels = await Promise.all(resolved.wheels.map((wheel) => limit(() => readWheel(wheel, options))));
    return { request, wheels, problems: resolved.warnings };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof UserError)) throw error;
    const hint = error.hint === undefined ? '' : ` (${error.hint})`;
    const problem = `the Python dependencies are not part of the forecast: ${error.message}${hint}`;
    return { request, wheels: undefined, problems: [problem] };
  }
}

/** Step by step as pip installs; what an earlier step brought is asked for by its URL afterwards, so that it stays. */
async function resolveSteps(
  request: ForecastRequest,
  target: Pick<ResolveRequirementsOptions, 'pythonVersion' | 'platform'>,
  options: GatherOptions,
): Promise<ResolvedEnvironment> {
  let resolved: ResolvedEnvironment = { wheels: [], warnings: [] };
  for (const step of [...(request.earlierInstalls ?? []), request]) {
    const before = resolved.wheels.map((wheel) => `${wheel.name} @ ${wheel.url}`);
    resolved = await resolveRequirements({
      ...target,
      requirements: [...before, ...step.requirements],
      ...(step.constraints !== undefined && { constraints: step.constraints }),
      indexes: step.indexes,
      ...(options.programs !== undefined && { programs: options.programs }),
      ...(options.pipOptions !== undefined && { pipOptions: options.pipOptions }),
      ...(options.signal !== undefined && { signal: options.signal }),
    });
  }
  return resolved;
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

const contentsSchema = z.strictObject({
  wheelBytes: z.number(),
  totalBytes: z.number(),
  testBytes: z.number(),
  testSourceBytes: z.number(),
  sourceBytes: z.number(),
  headerBytes: z.number(),
  nativeBytes: z.number(),
});

async function readCached(path: string): Promise<WheelContents | undefined> {
  try {
    return contentsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
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
