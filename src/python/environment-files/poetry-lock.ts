import { z } from 'zod';
import { normaliseName } from '../distribution-name.ts';
import type { DistributionPlace, EnvironmentFile, ListedDistribution } from './environment-file.ts';
import { type EnvironmentText, readFormat } from './parse-text.ts';

const schema = z.object({
  package: z
    .array(
      z.object({
        name: z.string(),
        version: z.string(),
        optional: z.boolean().default(false),
        /** Poetry up to 1.4. */
        category: z.string().optional(),
        /** Since Poetry 2.0; with markers that differ by group where they do. */
        groups: z.array(z.string()).optional(),
        markers: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
        dependencies: z.record(z.string(), z.unknown()).default({}),
        source: z
          .object({ type: z.string(), url: z.string().default(''), reference: z.string().optional() })
          .optional(),
      }),
    )
    .default([]),
  metadata: z.object({
    'lock-version': z
      .string()
      .regex(/^[12]\./, 'only versions 1 and 2 of the format are known')
      .optional(),
    'python-versions': z.string().optional(),
  }),
});
type LockedPackage = z.infer<typeof schema>['package'][number];

/**
 * Reads `poetry.lock` of Poetry 1.0 (lock version 1.0) to 2.x (2.1). What group a package is for is told by `category`
 * before 1.5 and by `groups` since 2.0; in between the file does not tell, and the manifest must be asked.
 *
 *     [[package]]
 *     name = "attrs"
 *     version = "25.1.0"
 *     groups = ["main"]
 *     markers = "sys_platform == \"win32\""
 */
export function readPoetryLock(file: EnvironmentText): EnvironmentFile {
  return readFormat({ kind: 'poetry.lock', syntax: 'toml', schema, read: describe }, file);
}

function describe(lock: z.infer<typeof schema>, { path }: EnvironmentText): EnvironmentFile {
  const requiresPython = lock.metadata['python-versions'];
  const indexUrls = lock.package.flatMap(({ source }) => (source?.type === 'legacy' ? [source.url] : []));
  return {
    path,
    kind: 'poetry.lock',
    ...(requiresPython !== undefined && { requiresPython }),
    distributions: lock.package.map(distribution),
    indexUrls: [...new Set(indexUrls)],
    includes: [],
    problems: [],
  };
}

function distribution(one: LockedPackage): ListedDistribution {
  const marker = typeof one.markers === 'string' ? one.markers : markerOf(one.markers ?? {});
  const place = placeOf(one.source);
  return {
    name: normaliseName(one.name),
    version: one.version,
    extras: [],
    ...(marker !== undefined && { marker }),
    groups: one.groups ?? (one.category === undefined ? [] : [one.category]),
    ...(place !== undefined && { place }),
    requires: Object.keys(one.dependencies).map(normaliseName),
  };
}

/** Markers by group: it is installed where one of them holds. */
function markerOf(byGroup: Readonly<Record<string, string>>): string | undefined {
  const all = [...new Set(Object.values(byGroup))];
  return all.length === 0 ? undefined : all.map((one) => (all.length === 1 ? one : `(${one})`)).join(' or ');
}

function placeOf(source: LockedPackage['source']): DistributionPlace | undefined {
  if (source === undefined || source.type === 'legacy') return undefined;
  const target = source.url;
  if (source.type === 'git') return { kind: 'vcs', target };
  return { kind: source.type === 'url' ? 'url' : 'path', target };
}
