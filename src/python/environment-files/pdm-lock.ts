import { z } from 'zod';
import { normaliseName } from '../distribution-name.ts';
import { parseNamedRequirement } from '../requirement-line.ts';
import type { DistributionPlace, EnvironmentFile, ListedDistribution } from './environment-file.ts';
import { type EnvironmentText, readFormat } from './parse-text.ts';

const schema = z.object({
  metadata: z.object({
    lock_version: z
      .string()
      .regex(/^[234](?:\.|$)/, 'only versions 2 to 4 of the format are known')
      .optional(),
    groups: z.array(z.string()).optional(),
    targets: z.array(z.object({ requires_python: z.string().optional() })).optional(),
  }),
  package: z
    .array(
      z.object({
        name: z.string(),
        version: z.string().optional(),
        marker: z.string().optional(),
        groups: z.array(z.string()).optional(),
        extras: z.array(z.string()).default([]),
        dependencies: z.array(z.string()).default([]),
        git: z.string().optional(),
        url: z.string().optional(),
        path: z.string().optional(),
      }),
    )
    .default([]),
});
type LockedPackage = z.infer<typeof schema>['package'][number];

/**
 * Reads `pdm.lock` (versions 4.0 to 4.5). A package and the same with extras are two entries with one version; they become one.
 * Before 4.4 packages name no groups.
 *
 *     [metadata]
 *     groups = ["default", "test"]
 *     [[package]]
 *     name = "attrs"
 *     version = "25.1.0"
 *     groups = ["default"]
 */
export function readPdmLock(file: EnvironmentText): EnvironmentFile {
  return readFormat({ kind: 'pdm.lock', syntax: 'toml', schema, read: describe }, file);
}

function describe(lock: z.infer<typeof schema>, { path }: EnvironmentText): EnvironmentFile {
  const requiresPython = lock.metadata.targets?.find((one) => one.requires_python)?.requires_python;
  const byKey = new Map<string, ListedDistribution>();
  for (const one of lock.package) {
    const next = distribution(one, lock.metadata.groups);
    const key = `${next.name} ${next.version ?? ''} ${next.marker ?? ''}`;
    const known = byKey.get(key);
    byKey.set(key, known === undefined ? next : joined(known, next));
  }
  return {
    path,
    kind: 'pdm.lock',
    ...(requiresPython !== undefined && { requiresPython }),
    ...(lock.metadata.groups !== undefined && { lockedGroups: lock.metadata.groups }),
    distributions: [...byKey.values()],
    indexUrls: [],
    includes: [],
    problems: [],
  };
}

/** Where the lock has the default group alone, every package is of it. */
function distribution(one: LockedPackage, locked: readonly string[] | undefined): ListedDistribution {
  const groups = one.groups ?? (locked?.length === 1 ? locked : []);
  const place = placeOf(one);
  return {
    name: normaliseName(one.name),
    ...(one.version !== undefined && { version: one.version }),
    extras: one.extras.map(normaliseName),
    ...(one.marker !== undefined && { marker: one.marker }),
    groups: groups.map((group) => (group === 'default' ? 'main' : group)),
    ...(place !== undefined && { place }),
    requires: one.dependencies.flatMap((text) => {
      const name = /^[A-Za-z0-9][\w.-]*/.exec(text)?.[0];
      return name === undefined ? [] : [normaliseName(name)];
    }),
    needs: one.dependencies.flatMap((text) => {
      const needed = parseNamedRequirement(text);
      if ('error' in needed) return [];
      const { name, specifier, marker } = needed;
      return [{ name, specifier, marker }];
    }),
  };
}

function joined(one: ListedDistribution, other: ListedDistribution): ListedDistribution {
  const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])];
  return {
    ...one,
    extras: union(one.extras, other.extras),
    groups: union(one.groups, other.groups),
    requires: union(one.requires ?? [], other.requires ?? []).filter((name) => name !== one.name),
    needs: [...(one.needs ?? []), ...(other.needs ?? [])].filter(({ name }) => name !== one.name),
  };
}

function placeOf({ git, url, path }: LockedPackage): DistributionPlace | undefined {
  if (git !== undefined) return { kind: 'vcs', target: git };
  if (path !== undefined) return { kind: 'path', target: path };
  return url === undefined ? undefined : { kind: 'url', target: url };
}
