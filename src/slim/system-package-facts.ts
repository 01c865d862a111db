import type { RewriteFacts } from '../dockerfile/index.ts';
import {
  aptPackage,
  type DebianSuite,
  type LinkedDistribution,
  missingLibraries,
  runtimePackagesOf,
  systemNeedsOf,
} from '../python/index.ts';

/** What a Debian package is there for, by the knowledge tables. */
export function classifyPackage(
  name: string,
  suite: DebianSuite,
): ReturnType<RewriteFacts['classifyPackage']> {
  const purpose = aptPackage(name)?.purpose;
  const runtime = runtimePackagesOf(name, suite);
  if (purpose === 'build-tool') return { purpose: 'build', runtimePackages: [] };
  if (purpose === 'development-header' || /-dev$/.test(name)) {
    return runtime === undefined
      ? { purpose: 'unknown', runtimePackages: [] }
      : { purpose: 'header', runtimePackages: runtime };
  }
  if (purpose === 'developer-convenience' || purpose === 'fetch-tool')
    return { purpose: 'convenience', runtimePackages: [] };
  return {
    purpose: purpose === undefined && !/^lib.*\d$/.test(name) ? 'unknown' : 'run-time',
    runtimePackages: [],
  };
}

/** What tells which system libraries an environment needs. */
export interface LibraryFacts {
  readonly suite: DebianSuite;
  /** Debian packages that an earlier attempt turned out to miss: package → why. */
  readonly foundMissing: ReadonlyMap<string, string>;
  /** What the wheels that would be installed are linked with; undefined where nobody looked. */
  readonly linked?: readonly LinkedDistribution[] | undefined;
}

/**
 * Debian packages of the libraries that an environment loads. A wheel's native code tells for itself, whether its distribution was
 * requested (name → extras) or came along; of the other requested ones the table is asked, and of those that load libraries by name.
 */
export function runtimeLibraries(
  names: ReadonlyMap<string, readonly string[]>,
  { suite, foundMissing, linked = [] }: LibraryFacts,
): RewriteFacts['runtimeLibraries'] {
  const found = new Map<string, string>();
  for (const { distribution, packageName } of missingLibraries(linked, suite)) {
    if (packageName !== undefined && !found.has(packageName))
      found.set(packageName, `the wheel of ${distribution} is linked with shared libraries of it`);
  }
  const told = new Set(linked.filter(isWhole).map(({ name }) => name));
  for (const [name, extras] of names) {
    if (told.has(name)) continue;
    const needs = systemNeedsOf(name, suite, extras);
    for (const packageName of needs?.packages ?? [])
      if (!found.has(packageName)) found.set(packageName, `${name} needs it`);
  }
  for (const [packageName, because] of foundMissing) found.set(packageName, because);
  return [...found].map(([packageName, because]) => ({ packageName, because }));
}

function isWhole({ libraries, unread }: LinkedDistribution): boolean {
  return libraries.length > 0 && unread.length === 0;
}
