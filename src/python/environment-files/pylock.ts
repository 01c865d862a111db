import { z } from 'zod';
import { normaliseName } from '../distribution-name.ts';
import { reduceMarker } from '../environment-markers.ts';
import {
  comparisonsIn,
  joinMarkers,
  type MarkerExpression,
  parseMarker,
  printMarker,
} from '../marker-syntax.ts';
import type { DistributionPlace, EnvironmentFile, ListedDistribution } from './environment-file.ts';
import { type EnvironmentText, readFormat } from './parse-text.ts';

const place = z.object({ url: z.string().optional(), path: z.string().optional() });
const schema = z.object({
  'lock-version': z.string().regex(/^1\./, 'only version 1 of the format is known'),
  'requires-python': z.string().optional(),
  'default-groups': z.array(z.string()).default([]),
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
type Lock = z.infer<typeof schema>;
type LockedPackage = Lock['packages'][number];

/**
 * Reads a lock file after PEP 751, as `pip lock`, `uv export` and `pdm lock` write it. Its default groups are `main`; what a marker asks of
 * groups and extras is told as groups, and the rest of it stays.
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

function describe(lock: Lock, { path }: EnvironmentText): EnvironmentFile {
  const requiresPython = lock['requires-python'];
  return {
    path,
    kind: 'pylock.toml',
    ...(requiresPython !== undefined && { requiresPython }),
    distributions: lock.packages.map((one) => ({
      ...distribution(one),
      ...splitGroups(one.marker, lock['default-groups']),
    })),
    ofGroups: (isWanted) => chosen(lock, isWanted),
    indexUrls: [...new Set(lock.packages.flatMap(({ index }) => index ?? []))],
    includes: [],
    problems: [],
  };
}

function distribution(one: LockedPackage): Omit<ListedDistribution, 'groups'> {
  const { name, version, dependencies } = one;
  const place = placeOf(one);
  return {
    name: normaliseName(name),
    ...(version !== undefined && { version }),
    extras: [],
    ...(place !== undefined && { place }),
    ...(dependencies !== undefined && {
      requires: dependencies.map((needed) => normaliseName(needed.name)),
    }),
  };
}

/** What an installer chooses (PEP 751, installation): each marker is asked once, about all extras and groups that are wanted. */
function chosen(lock: Lock, isWanted: (group: string) => boolean): readonly ListedDistribution[] {
  const markers = lock.packages.flatMap(({ marker }) => (marker === undefined ? [] : [parseMarker(marker)]));
  const asked = (name: 'extras' | 'dependency_groups'): string[] =>
    markers.flatMap((expression) => askedIn(expression, name));
  // What nobody asks about changes nothing, so that the lists at the head of the file are not needed.
  const extras = asked('extras').filter((name) => isWanted(`extra:${name}`));
  const named = asked('dependency_groups').filter(isWanted);
  const dependencyGroups = [...(isWanted('main') ? lock['default-groups'] : []), ...named];
  return lock.packages.flatMap((one) => {
    const expression = one.marker === undefined ? undefined : parseMarker(one.marker);
    const rest = expression === undefined ? true : reduceMarker(expression, { extras, dependencyGroups });
    if (rest === false) return [];
    const { groups } = splitGroups(one.marker, lock['default-groups']);
    return [{ ...distribution(one), groups, ...(rest !== true && { marker: printMarker(rest) }) }];
  });
}

function placeOf({ vcs, directory, archive }: LockedPackage): DistributionPlace | undefined {
  const target = (one: z.infer<typeof place>): string => one.url ?? one.path ?? '';
  if (vcs !== undefined) return { kind: 'vcs', target: target(vcs) };
  if (directory !== undefined) return { kind: 'path', target: target(directory) };
  if (archive === undefined) return undefined;
  return { kind: archive.url === undefined ? 'path' : 'url', target: target(archive) };
}

/** `'dev' in dependency_groups and sys_platform == 'linux'` is of the group `dev`, where the platform is Linux (PEP 751, markers). */
function splitGroups(
  marker: string | undefined,
  defaults: readonly string[],
): Pick<ListedDistribution, 'groups' | 'marker'> {
  const expression = marker === undefined ? undefined : parseMarker(marker);
  const asked = {
    extras: askedIn(expression, 'extras'),
    dependency_groups: askedIn(expression, 'dependency_groups'),
  };
  if (expression === undefined || asked.extras.length + asked.dependency_groups.length === 0)
    return { groups: ['main'], ...(marker !== undefined && { marker }) };
  const wanted = (extras: readonly string[], dependencyGroups: readonly string[]): Rest =>
    reduceMarker(expression, { extras, dependencyGroups });
  const main = wanted([], defaults);
  const rests: (readonly [group: string, rest: Rest])[] = [
    ['main', main],
    ...asked.dependency_groups.map((name): [string, Rest] => [name, wanted([], [name])]),
    // An extra comes with the default groups: what these bring anyhow is not of it.
    ...asked.extras.map((name): [string, Rest] => [
      `extra:${name}`,
      main === false && wanted([name], defaults),
    ]),
  ];
  const found = rests.filter(([, rest]) => rest !== false);
  const groups = found.map(([group]) => group);
  const open = found.flatMap(([, rest]) => (typeof rest === 'boolean' ? [] : [printMarker(rest)]));
  // Where one of the groups wants it everywhere, it is taken for wanted everywhere.
  return { groups, ...(open.length === found.length && open.length > 0 && { marker: joinMarkers(open) }) };
}

type Rest = MarkerExpression | boolean;

function askedIn(expression: MarkerExpression | undefined, name: 'extras' | 'dependency_groups'): string[] {
  const names = comparisonsIn(expression).flatMap(({ left, right }) =>
    left.kind === 'text' && right.kind === 'variable' && right.name === name
      ? [normaliseName(left.value)]
      : [],
  );
  return [...new Set(names)];
}
