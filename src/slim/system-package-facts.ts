import type { RewriteFacts } from '../dockerfile/index.ts';
import { aptPackage, type DebianSuite, runtimePackagesOf, systemNeedsOf } from '../python/index.ts';

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

/** Debian packages of the libraries that the requested distributions (name → extras) load, and those that `foundMissing` names. */
export function runtimeLibraries(
  names: ReadonlyMap<string, readonly string[]>,
  suite: DebianSuite,
  foundMissing: ReadonlyMap<string, string>,
): RewriteFacts['runtimeLibraries'] {
  const found = new Map<string, string>();
  for (const [name, extras] of names) {
    const needs = systemNeedsOf(name, suite, extras);
    for (const packageName of needs?.packages ?? [])
      if (!found.has(packageName)) found.set(packageName, `${name} needs it`);
  }
  for (const [packageName, because] of foundMissing) found.set(packageName, because);
  return [...found].map(([packageName, because]) => ({ packageName, because }));
}
