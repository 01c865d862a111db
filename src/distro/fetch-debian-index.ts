import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { messageOf, UserError, writeFileWhole } from '../base/index.ts';
import { type DebianIndex, debianIndex, parseDebianIndex, printDebianIndex } from './debian-index.ts';

/** Which index, and how it is reached. */
export interface FetchDebianIndexOptions {
  /** `bookworm`. */
  readonly suite: string;
  readonly architecture: 'amd64' | 'arm64';
  /** Where the index is kept, in a short form. */
  readonly cacheDir: string;
  readonly signal?: AbortSignal;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Milliseconds since 1970; default `Date.now`. */
  readonly now?: () => number;
}

const archive = 'http://deb.debian.org/debian';

/** A stable release changes with its point releases, some months apart. */
const lifetimeMilliseconds = 7 * 24 * 3600 * 1000;

/** Long enough for a slow line that is up. */
const longestSilenceMilliseconds = 60_000;

/**
 * The package index of a Debian release (component `main`) from Debian's own servers: 12 MB once a week, kept in a short form.
 * Throws a `UserError` when it cannot be had.
 */
export async function fetchDebianIndex(options: FetchDebianIndexOptions): Promise<DebianIndex> {
  const { suite, architecture, cacheDir } = options;
  const now = (options.now ?? Date.now)();
  const path = join(cacheDir, 'debian', `${suite}-${architecture}`);
  const kept = await recall(path, now);
  if (kept !== undefined) return debianIndex(parseDebianIndex(kept));
  const packages = parseDebianIndex(await download(options));
  if (packages.length === 0) throw new UserError(`Debian’s package index of ${suite} is empty.`);
  // A cache that cannot be written is no reason to stop.
  await writeFileWhole(path, printDebianIndex(packages)).catch(() => {});
  return debianIndex(packages);
}

async function recall(path: string, now: number): Promise<string | undefined> {
  try {
    const age = now - (await stat(path)).mtimeMs;
    return age >= 0 && age < lifetimeMilliseconds ? await readFile(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

async function download({ suite, architecture, signal, ...rest }: FetchDebianIndexOptions): Promise<string> {
  const url = `${archive}/dists/${suite}/main/binary-${architecture}/Packages.gz`;
  const silence = AbortSignal.timeout(longestSilenceMilliseconds);
  try {
    const response = await (rest.fetch ?? fetch)(url, {
      signal: signal === undefined ? silence : AbortSignal.any([signal, silence]),
    });
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    const bytes = await promisify(gunzip)(new Uint8Array(await response.arrayBuffer()));
    return bytes.toString('utf8');
  } catch (error) {
    signal?.throwIfAborted();
    throw new UserError(`cannot read ${url}: ${messageOf(error)}`, { cause: error });
  }
}
