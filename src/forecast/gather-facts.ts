import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { z } from 'zod';
import { messageOf, UserError, writeFileWhole } from '../base/index.ts';
import { type DebianIndex, fetchDebianIndex } from '../distro/index.ts';
import {
  bringsItsLibraries,
  type FoundResolver,
  findResolver,
  type InstallStep,
  type OpenWheelOptions,
  openWheel,
  type ResolvedWheel,
  type ResolveRequirementsOptions,
  type ResolverProgram,
  readWheelDirectory,
  readWheelLibraries,
  resolutionMemory,
  resolveSteps,
  wheelLibrariesSchema,
} from '../python/index.ts';
import { type BaseImage, describeBase, type MeasuredBase } from './base-images.ts';
import type { ForecastFacts, ForecastRequest, WheelFacts } from './forecast.ts';
import { buildHint } from './forecast-image.ts';
import { summariseWheel, wheelContentsSchema } from './wheel-contents.ts';

/** How facts are gathered. */
export interface GatherOptions {
  /** Where what was resolved, and what was read of a wheel, is kept for the next time. */
  readonly cacheDir: string;
  readonly signal?: AbortSignal;
  /** Default: pip, `python3 -m pip`, uv. */
  readonly programs?: readonly ResolverProgram[];
  /** Gives the one that was found before; default: it is looked for among the programs. */
  readonly resolver?: () => Promise<FoundResolver>;
  /** Handed to pip as they are: `--retries 0`. */
  readonly pipOptions?: readonly string[];
  readonly fetch?: OpenWheelOptions['fetch'];
  /** Asks an engine or a registry about the base image; undefined where neither tells. Default: the table alone. */
  readonly measureBase?: (reference: string) => Promise<MeasuredBase | undefined>;
  /** Reads what the native code of wheels is linked with, too; those that are known to bring all of it are passed by. */
  readonly withLibraries?: boolean;
  /** Milliseconds since 1970; default `Date.now`. */
  readonly now?: () => number;
}

const wheelsAtOnce = 8;

/**
 * Asks about the base image, fetches Debian's package index where apt installs something, resolves the requirements and reads
 * the directories of the wheels, eight at a time; no wheel is downloaded whole. What pip resolved is kept for a day. Without a
 * resolver, a network or a solution the facts have no wheels, and `missing` says why; only an abort throws.
 */
export async function gatherForecastFacts(
  request: ForecastRequest,
  options: GatherOptions,
): Promise<ForecastFacts> {
  const measured = await options.measureBase?.(request.baseReference);
  const base = describeBase(request.baseReference, measured);
  const [system, python] = await Promise.all([
    gatherDebian(request, base, options),
    gatherPython(request, base, options),
  ]);
  return {
    request,
    wheels: python.wheels,
    missing: python.missing,
    problems: [...system.problems, ...python.problems],
    ...(measured !== undefined && { base: measured }),
    ...(system.debian !== undefined && { debian: system.debian }),
  };
}

async function gatherDebian(
  request: ForecastRequest,
  base: BaseImage | undefined,
  options: GatherOptions,
): Promise<{ readonly debian?: DebianIndex; readonly problems: readonly string[] }> {
  const suite = base?.debianSuite;
  if (request.aptPackages.length === 0 || suite === undefined) return { problems: [] };
  try {
    const debian = await fetchDebianIndex({
      suite,
      architecture: request.architecture === 'aarch64' ? 'arm64' : 'amd64',
      cacheDir: options.cacheDir,
      ...(options.signal !== undefined && { signal: options.signal }),
      ...(options.fetch !== undefined && { fetch: options.fetch }),
      ...(options.now !== undefined && { now: options.now }),
    });
    return { debian, problems: [] };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof UserError)) throw error;
    return {
      problems: [
        `system packages are taken from a table, because Debian’s index is not to be had: ${error.message}`,
      ],
    };
  }
}

type PythonFacts = Pick<ForecastFacts, 'wheels' | 'missing' | 'problems'>;

async function gatherPython(
  request: ForecastRequest,
  base: BaseImage | undefined,
  options: GatherOptions,
): Promise<PythonFacts> {
  const isUntold = request.missing?.some(({ group }) => group === 'python-dependencies') === true;
  // A part of the distributions tells nothing: resolving it would be time spent for nothing.
  if (isUntold) return { wheels: undefined, missing: [], problems: [] };
  if (request.requirements.length === 0) return { wheels: [], missing: [], problems: [] };
  const without = (because: string, hint: string): PythonFacts => ({
    wheels: undefined,
    missing: [{ group: 'python-dependencies', because, hint }],
    problems: [],
  });
  const pythonVersion = request.pythonVersion ?? base?.pythonVersion;
  if (pythonVersion === undefined)
    return without(`the Python version of ${request.baseReference} is not known`, buildHint);
  try {
    const target = { pythonVersion, platform: platformOf(request, base) };
    const { wheels, warnings } = await resolveWheels(request, target, options);
    return { wheels, missing: [], problems: warnings };
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
      libraries: wheelLibrariesSchema.optional(),
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
  const resolver = await (options.resolver?.() ?? findResolver(options.programs, options.signal));
  const steps: readonly InstallStep[] = [
    ...(request.earlierInstalls ?? []),
    {
      requirements: request.requirements,
      constraints: request.constraints ?? [],
      indexes: request.indexes,
      ...(request.isComplete === true && { isComplete: true }),
    },
  ];
  const memory = resolutionMemory({
    cacheDir: options.cacheDir,
    question: {
      steps,
      target,
      pipOptions: options.pipOptions ?? [],
      ...(options.withLibraries === true && { withLibraries: true }),
    },
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
  const cost = resolver.cost === undefined ? [] : [resolver.cost];
  const found = { wheels, warnings: [...resolved.warnings, ...cost] };
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
    const cached = <T>(what: string, schema: z.ZodType<T>, read: () => Promise<T>): Promise<T> => {
      const key = createHash('sha256').update(`${what}\0${source.name}\0${source.sizeBytes}`).digest('hex');
      return readOnce(join(options.cacheDir, 'wheels', `${key}.json`), schema, read);
    };
    const contents = await cached('2', wheelContentsSchema, async () =>
      summariseWheel(await readWheelDirectory(source)),
    );
    const isNative = contents.nativeBytes > 0 && !bringsItsLibraries(wheel.name);
    const libraries =
      options.withLibraries === true && isNative
        ? await cached('libraries', wheelLibrariesSchema, () => readWheelLibraries(source))
        : undefined;
    return {
      name: wheel.name,
      version: wheel.version,
      contents,
      isCachedByPip: !wheel.url.startsWith('file:'),
      ...(libraries !== undefined && { libraries }),
    };
  } finally {
    await source.close();
  }
}

/** What was read of a wheel before, or is read now and kept. */
async function readOnce<T>(path: string, schema: z.ZodType<T>, read: () => Promise<T>): Promise<T> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // Missing, damaged or of another version: it is read anew and written again.
    const found = await read();
    await keep(path, found);
    return found;
  }
}

async function keep(path: string, found: unknown): Promise<void> {
  try {
    await writeFileWhole(path, JSON.stringify(found));
  } catch (error) {
    throw new UserError(`cannot write to the cache ${path}: ${messageOf(error)}`, {
      hint: 'Choose a folder that can be written to.',
      cause: error,
    });
  }
}
