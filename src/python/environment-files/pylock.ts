import { z } from 'zod';
import { normaliseName } from '../distribution-name.ts';
import type { DistributionPlace, EnvironmentFile } from './environment-file.ts';
import { type EnvironmentText, readFormat } from './parse-text.ts';

const place = z.object({ url: z.string().optional(), path: z.string().optional() });
const schema = z.object({
  'lock-version': z.string().regex(/^1\./, 'only version 1 of the format is known'),
  'requires-python': z.string().optional(),
  packages: z
    .array(
      z.object({
        name: z.string(),
        version: z.string().optional(),
        marker: z.string().optional(),
        index: z.string().optional(),
        dependencies: z.array(z.object({ name: z.string() })).optional(),
        vcs: place.optional(),
        directory: place.optional(),
        archive: place.optional(),
      }),
    )
    .default([]),
});
type LockedPackage = z.infer<typeof schema>['packages'][number];

/**
 * Reads a lock file after PEP 751, as `pip lock`, `uv export` and `pdm export` write it.
 *
 *     lock-version = "1.0"
 *     [[packages]]
 *     name = "attrs"
 *     version = "25.1.0"
 *     marker = "'dev' in dependency_groups"
 */
export function readPylock(file: EnvironmentText): EnvironmentFile {
  return readFormat({ kind: 'pylock.toml', syntax: 'toml', schema, read: describe }, file);
}

function describe(lock: z.infer<typeof schema>, { path }: EnvironmentText): EnvironmentFile {
  const requiresPython = lock['requires-python'];
  return {
    path,
    kind: 'pylock.toml',
    ...(requiresPython !== undefined && { requiresPython }),
    distributions: lock.packages.map((one) => {
      const { name, version, dependencies } = one;
      const { marker, groups } = splitGroups(one.marker);
      const place = placeOf(one);
      return {
        name: normaliseName(name),
        ...(version !== undefined && { version }),
        extras: [],
        ...(marker !== undefined && { marker }),
        groups,
        ...(place !== undefined && { place }),
        ...(dependencies !== undefined && {
          requires: dependencies.map((needed) => normaliseName(needed.name)),
        }),
      };
    }),
    indexUrls: [...new Set(lock.packages.flatMap(({ index }) => index ?? []))],
    includes: [],
    problems: [],
  };
}

function placeOf({ vcs, directory, archive }: LockedPackage): DistributionPlace | undefined {
  const target = (one: z.infer<typeof place>): string => one.url ?? one.path ?? '';
  if (vcs !== undefined) return { kind: 'vcs', target: target(vcs) };
  if (directory !== undefined) return { kind: 'path', target: target(directory) };
  if (archive === undefined) return undefined;
  return { kind: archive.url === undefined ? 'path' : 'url', target: target(archive) };
}

/** `'dev' in dependency_groups`, `'gpu' in extras` (PEP 751): those alone are groups; inside another marker they stay as written. */
function splitGroups(marker: string | undefined): {
  readonly marker: string | undefined;
  readonly groups: readonly string[];
} {
  if (marker === undefined) return { marker, groups: ['main'] };
  const alternatives = marker.split(/\s+or\s+/);
  const groups = alternatives.map((one) => {
    const match = /^\(?\s*['"]([^'"]+)['"] in (dependency_groups|extras)\s*\)?$/.exec(one.trim());
    return match === null ? undefined : `${match[2] === 'extras' ? 'extra:' : ''}${match[1]}`;
  });
  const named = groups.filter((name) => name !== undefined);
  if (named.length === alternatives.length) return { marker: undefined, groups: named };
  return { marker, groups: /\b(dependency_groups|extras)\b/.test(marker) ? [] : ['main'] };
}
