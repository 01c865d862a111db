import pLimit from 'p-limit';
import { matchPaths, messageOf, UserError } from '../src/base/index.ts';
import {
  findResolver,
  missingLibraries,
  openWheel,
  type ResolvedWheel,
  readWheelDistribution,
  readWheelLibraries,
  resolveRequirements,
} from '../src/python/index.ts';
import type { Claim } from './knowledge-rows.ts';

/** What a wheel says of a claim. */
export type Outcome =
  | { readonly claim: Claim; readonly version: string; readonly bytes: number }
  | { readonly claim: Claim; readonly version: string; readonly sonames: readonly string[] }
  | { readonly claim: Claim; readonly because: string };

const resolutionsAtOnce = 2;
/** Wheels here are read from files or a near index. */
const largestPackedBytes = 400_000_000;

/** Looks every claim up in the wheel that pip resolves: the recorded version, and the newest where that is gone or `isNewest`. */
export async function measureClaims(
  claims: readonly Claim[],
  { isNewest, signal }: { readonly isNewest: boolean; readonly signal: AbortSignal },
): Promise<readonly Outcome[]> {
  const limit = pLimit(resolutionsAtOnce);
  const resolver = await findResolver(undefined, signal);
  const found = new Map<string, Promise<ResolvedWheel>>();
  const resolveOne = (requirement: string, name: string): Promise<ResolvedWheel> => {
    const known = found.get(requirement);
    if (known !== undefined) return known;
    const wheel = limit(() => resolved(requirement, name));
    found.set(requirement, wheel);
    return wheel;
  };
  async function resolved(requirement: string, name: string): Promise<ResolvedWheel> {
    const { wheels } = await resolveRequirements({
      requirements: [requirement],
      pythonVersion: '3.11',
      platform: { architecture: 'x86_64', libc: 'glibc', libcMinor: 36 },
      resolver,
      pipOptions: ['--no-deps', '--retries', '0'],
      signal,
    });
    const wheel = wheels.find((one) => one.name === name);
    if (wheel === undefined) throw new UserError(`pip answers ${requirement} with other distributions`);
    return wheel;
  }
  const wheelFor = async (name: string, version: string | undefined): Promise<ResolvedWheel> => {
    if (version === undefined || isNewest) return resolveOne(name, name);
    return resolveOne(`${name}==${version}`, name).catch(() => {
      signal.throwIfAborted();
      return resolveOne(name, name);
    });
  };
  return Promise.all(
    claims.map(async (claim): Promise<Outcome> => {
      try {
        const wheel = await wheelFor(claim.distribution, claim.version);
        return { claim, version: wheel.version, ...(await measure(claim, wheel, wheelFor)) };
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof UserError)) throw error;
        return { claim, because: shortReason(messageOf(error)) };
      }
    }),
  );
}

type WheelFor = (name: string, version: string | undefined) => Promise<ResolvedWheel>;

async function measure(
  claim: Claim,
  wheel: ResolvedWheel,
  wheelFor: WheelFor,
): Promise<{ readonly bytes: number } | { readonly sonames: readonly string[] }> {
  switch (claim.kind) {
    case 'paths': {
      const isMeant = matchPaths(claim.paths);
      const { files } = await opened(wheel, readWheelDistribution);
      return { bytes: sum(files.filter(({ path }) => isMeant(path)).map(({ sizeBytes }) => sizeBytes)) };
    }
    case 'size':
      return { bytes: (await opened(wheel, readWheelDistribution)).installedBytes };
    case 'saving': {
      const smaller = await wheelFor(claim.smaller, wheel.version);
      if (smaller.version !== wheel.version)
        throw new UserError(`pip finds no ${claim.smaller} ${wheel.version} to compare with`);
      const [large, small] = await Promise.all(
        [wheel, smaller].map((one) => opened(one, readWheelDistribution)),
      );
      return { bytes: (large?.installedBytes ?? 0) - (small?.installedBytes ?? 0) };
    }
    case 'symbols': {
      const { libraries } = await opened(wheel, readLibraries);
      return { bytes: sum(libraries.map((one) => one.symbolBytes)) };
    }
    case 'libraries': {
      const libraries = await opened(wheel, readLibraries);
      if (libraries.unread.length > 0) throw new UserError(`not read: ${libraries.unread.join(', ')}`);
      const missing = missingLibraries(
        [{ name: wheel.name, version: wheel.version, ...libraries }],
        'bookworm',
      );
      return { sonames: missing.filter((one) => one.packageName !== undefined).map((one) => one.soname) };
    }
  }
}

const reading = pLimit(1);

type Source = Awaited<ReturnType<typeof openWheel>>;

function readLibraries(source: Source): ReturnType<typeof readWheelLibraries> {
  return readWheelLibraries(source, { largestPackedBytes });
}

/** One wheel at a time: a large library takes memory while it is unpacked. */
async function opened<T>(wheel: ResolvedWheel, read: (source: Source) => Promise<T>): Promise<T> {
  return reading(async () => {
    const source = await openWheel(wheel.url);
    try {
      return await read(source);
    } finally {
      await source.close();
    }
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, one) => total + one, 0);
}

/** pip names every reason it can think of; the last line says it. */
function shortReason(text: string): string {
  const last = text.split('\n').at(-1) ?? text;
  return last
    .replace(/^ERROR: /, '')
    .replace(/^No matching distribution found for .*/, 'pip finds no wheel of it');
}
