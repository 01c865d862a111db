import { z } from 'zod';
import { normaliseName } from '../distribution-name.ts';
import { bothMarkers, joinMarkers } from '../marker-syntax.ts';
import type { DistributionPlace, EnvironmentFile, ListedDistribution } from './environment-file.ts';
import { type EnvironmentText, readFormat } from './parse-text.ts';
import { conflictName, settleConflicts } from './uv-conflicts.ts';

const dependency = z.object({
  name: z.string(),
  version: z.string().optional(),
  source: z.record(z.string(), z.unknown()).optional(),
  extra: z.array(z.string()).default([]),
  marker: z.string().optional(),
});
type Dependency = z.infer<typeof dependency>;
const dependencies = z.array(dependency).default([]);
const schema = z.object({
  version: z.literal(1, 'only version 1 of the format is known'),
  'requires-python': z.string().optional(),
  /** Groups that are never installed together; markers ask which of them is there. */
  conflicts: z.array(z.unknown()).default([]),
  /** Of a workspace without a project at its root. */
  manifest: z.object({ 'dependency-groups': z.record(z.string(), dependencies).default({}) }).optional(),
  package: z
    .array(
      z.object({
        name: z.string(),
        version: z.string().optional(),
        source: z.record(z.string(), z.unknown()).default({}),
        dependencies,
        'optional-dependencies': z.record(z.string(), dependencies).default({}),
        'dev-dependencies': z.record(z.string(), dependencies).default({}),
      }),
    )
    .default([]),
});
type Lock = z.infer<typeof schema>;
type LockedPackage = Lock['package'][number];

/**
 * Reads `uv.lock`. The project itself and the members of its workspace are packages of the lock, too; what they lead to are their
 * groups: `main`, `extra:NAME`, the names of groups, and for members other than the root the same behind `member:NAME:`. A root without a
 * project stands for all members. Markers stand at the edges of the graph, and hold for what lies behind.
 *
 *     version = 1
 *     [[package]]
 *     name = "scores"
 *     source = { editable = "." }
 *     dependencies = [{ name = "numpy", marker = "sys_platform == 'linux'" }]
 */
export function readUvProjectLock(file: EnvironmentText): EnvironmentFile {
  return readFormat({ kind: 'uv.lock', syntax: 'toml', schema, read: describe }, file);
}

function describe(lock: Lock, { path }: EnvironmentText): EnvironmentFile {
  const root = lock.package.find(isRoot);
  const requiresPython = lock['requires-python'];
  const registries = lock.package.flatMap(({ source }) => textOf(source['registry']) ?? []);
  return {
    path,
    kind: 'uv.lock',
    ...(root !== undefined && { projectName: normaliseName(root.name) }),
    ...(requiresPython !== undefined && { requiresPython }),
    distributions: distributionsOf(lock, reachFrom(startsOf(lock, root), lock.package)),
    ...(lock.conflicts.length > 0 && { ofGroups: (isWanted) => withoutConflicts(lock, root, isWanted) }),
    indexUrls: [...new Set(registries)],
    includes: [],
    problems: [],
  };
}

function distributionsOf(
  lock: Lock,
  reached: ReadonlyMap<LockedPackage, readonly Way[]>,
): readonly ListedDistribution[] {
  return lock.package.filter((one) => !isMember(one)).map((one) => distribution(one, reached.get(one) ?? []));
}

/** What the wanted groups come to together: each edge counts or not by which of the conflicting groups are there. */
function withoutConflicts(
  lock: Lock,
  root: LockedPackage | undefined,
  isWanted: (group: string) => boolean,
): readonly ListedDistribution[] {
  const present = new Set(
    lock.package.filter(isMember).flatMap((member) =>
      groupsOf(member)
        .filter(([group]) => prefixesOf(member, root).some((prefix) => isWanted(`${prefix}${group}`)))
        .map(([group]) => conflictName(member.name, group)),
    ),
  );
  const settled = (edges: readonly Dependency[]): Dependency[] =>
    edges.flatMap(({ marker, ...edge }) => {
      const rest = settleConflicts(marker, present);
      if (rest === false) return [];
      return rest === undefined ? [edge] : [{ ...edge, marker: rest }];
    });
  const groups = (all: Record<string, Dependency[]>): Record<string, Dependency[]> =>
    Object.fromEntries(Object.entries(all).map(([name, edges]) => [name, settled(edges)]));
  const decided: Lock = {
    ...lock,
    package: lock.package.map((one) => ({
      ...one,
      dependencies: settled(one.dependencies),
      'optional-dependencies': groups(one['optional-dependencies']),
      'dev-dependencies': groups(one['dev-dependencies']),
    })),
  };
  const starts = startsOf(decided, decided.package.find(isRoot)).filter(({ way }) => isWanted(way.group));
  return distributionsOf(decided, reachFrom(starts, decided.package)).filter(
    ({ groups: reachedBy }) => reachedBy.length > 0,
  );
}

function isMember({ source }: LockedPackage): boolean {
  return 'editable' in source || 'virtual' in source || 'directory' in source;
}

/** `{ editable = "." }`, `{ virtual = "." }`: where the lock file lies. */
function isRoot({ source }: LockedPackage): boolean {
  return [source['editable'], source['virtual'], source['directory']].includes('.');
}

/** How a package is come to. */
interface Way {
  readonly group: string;
  /** All of the markers on the way, or undefined. */
  readonly marker: string | undefined;
  readonly extras: readonly string[];
}

interface Step {
  readonly edge: Dependency;
  readonly way: Omit<Way, 'extras'>;
}

/** What each group of each member asks for. */
function startsOf(lock: Lock, root: LockedPackage | undefined): readonly Step[] {
  const ofMembers = lock.package.filter(isMember).flatMap((member) => {
    return groupsOf(member).flatMap(([group, edges]) =>
      prefixesOf(member, root).map((prefix) => [`${prefix}${group}`, edges] as const),
    );
  });
  const ofWorkspace = Object.entries(lock.manifest?.['dependency-groups'] ?? {});
  return [...ofMembers, ...ofWorkspace].flatMap(([group, edges]) =>
    edges.map((edge) => ({ edge, way: { group, marker: undefined } })),
  );
}

function prefixesOf(member: LockedPackage, root: LockedPackage | undefined): readonly string[] {
  const ofMember = `member:${normaliseName(member.name)}:`;
  if (root === undefined) return ['', ofMember];
  return [member === root ? '' : ofMember];
}

function reachFrom(
  starts: readonly Step[],
  packages: readonly LockedPackage[],
): ReadonlyMap<LockedPackage, readonly Way[]> {
  const byName = new Map<string, LockedPackage[]>();
  for (const one of packages) byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
  const ways = new Map<LockedPackage, Way[]>();
  const queue = [...starts];
  for (const { edge, way } of queue) {
    const targets = (byName.get(edge.name) ?? []).filter(
      (one) =>
        (edge.version === undefined || one.version === undefined || one.version === edge.version) &&
        (edge.source === undefined || JSON.stringify(one.source) === JSON.stringify(edge.source)),
    );
    for (const target of targets) {
      const marker = bothMarkers(way.marker, edge.marker);
      const known = ways.get(target) ?? [];
      // One way without a marker stands for all of its group; of the others each marker counts.
      const isKnown = known.some(
        (one) =>
          one.group === way.group &&
          (one.marker === undefined || one.marker === marker) &&
          edge.extra.every((extra) => one.extras.includes(extra)),
      );
      if (isKnown) continue;
      ways.set(target, [...known, { group: way.group, marker, extras: edge.extra }]);
      const optional = edge.extra.flatMap((extra) => target['optional-dependencies'][extra] ?? []);
      for (const following of [...target.dependencies, ...optional])
        queue.push({ edge: following, way: { group: way.group, marker } });
    }
  }
  return ways;
}

function groupsOf(member: LockedPackage): [string, readonly Dependency[]][] {
  return [
    ['main', member.dependencies],
    ...Object.entries(member['optional-dependencies']).map(
      ([extra, edges]): [string, readonly Dependency[]] => [`extra:${normaliseName(extra)}`, edges],
    ),
    ...Object.entries(member['dev-dependencies']),
  ];
}

function distribution(one: LockedPackage, ways: readonly Way[]): ListedDistribution {
  const place = placeOf(one.source);
  const indexUrl = textOf(one.source['registry']);
  const markers = ways.flatMap(({ marker }) => marker ?? []);
  const marker = markers.length === ways.length && ways.length > 0 ? joinMarkers(markers) : undefined;
  const ofGroup = markerOfGroup(ways);
  return {
    name: normaliseName(one.name),
    ...(one.version !== undefined && { version: one.version }),
    extras: [...new Set(ways.flatMap(({ extras }) => extras))],
    ...(marker !== undefined && { marker }),
    ...(ofGroup !== undefined && { markerOfGroup: ofGroup }),
    groups: [...new Set(ways.map(({ group }) => group))],
    ...(place !== undefined && { place }),
    ...(indexUrl !== undefined && { indexUrl }),
    requires: [...new Set(one.dependencies.map(({ name }) => normaliseName(name)))],
  };
}

/** Undefined where all groups want it alike. */
function markerOfGroup(ways: readonly Way[]): Readonly<Record<string, string>> | undefined {
  const byGroup = Map.groupBy(ways, ({ group }) => group);
  const found = [...byGroup].flatMap(([group, own]): [string, string][] => {
    const markers = own.flatMap(({ marker }) => marker ?? []);
    return markers.length < own.length ? [] : [[group, joinMarkers(markers)]];
  });
  return byGroup.size < 2 || found.length === 0 ? undefined : Object.fromEntries(found);
}

function placeOf(source: LockedPackage['source']): DistributionPlace | undefined {
  const git = textOf(source['git']);
  if (git !== undefined) return { kind: 'vcs', target: git };
  const url = textOf(source['url']);
  if (url !== undefined) return { kind: 'url', target: url };
  const path = textOf(source['path']);
  return path === undefined ? undefined : { kind: 'path', target: path };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
