import { z } from 'zod';
import { normaliseName } from '../distribution-name.ts';
import { joinMarkers } from '../marker-syntax.ts';
import type { DistributionPlace, EnvironmentFile, ListedDistribution } from './environment-file.ts';
import { type EnvironmentText, readFormat } from './parse-text.ts';

const dependency = z.object({
  name: z.string(),
  version: z.string().optional(),
  extra: z.array(z.string()).default([]),
  marker: z.string().optional(),
});
type Dependency = z.infer<typeof dependency>;
const dependencies = z.array(dependency).default([]);
const schema = z.object({
  version: z.literal(1, 'only version 1 of the format is known'),
  'requires-python': z.string().optional(),
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
type LockedPackage = z.infer<typeof schema>['package'][number];

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

function describe(lock: z.infer<typeof schema>, { path }: EnvironmentText): EnvironmentFile {
  const root = lock.package.find(isRoot);
  const reached = reachFrom(startsOf(lock, root), lock.package);
  const requiresPython = lock['requires-python'];
  const registries = lock.package.flatMap(({ source }) => textOf(source['registry']) ?? []);
  return {
    path,
    kind: 'uv.lock',
    ...(root !== undefined && { projectName: normaliseName(root.name) }),
    ...(requiresPython !== undefined && { requiresPython }),
    distributions: lock.package
      .filter((one) => !isMember(one))
      .map((one) => distribution(one, reached.get(one) ?? [])),
    indexUrls: [...new Set(registries)],
    includes: [],
    problems: [],
  };
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
function startsOf(lock: z.infer<typeof schema>, root: LockedPackage | undefined): readonly Step[] {
  const ofMembers = lock.package.filter(isMember).flatMap((member) => {
    const ofMember = `member:${normaliseName(member.name)}:`;
    const prefixes = root === undefined ? ['', ofMember] : [member === root ? '' : ofMember];
    return groupsOf(member).flatMap(([group, edges]) =>
      prefixes.map((prefix) => [`${prefix}${group}`, edges] as const),
    );
  });
  const ofWorkspace = Object.entries(lock.manifest?.['dependency-groups'] ?? {});
  return [...ofMembers, ...ofWorkspace].flatMap(([group, edges]) =>
    edges.map((edge) => ({ edge, way: { group, marker: undefined } })),
  );
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
      (one) => edge.version === undefined || one.version === undefined || one.version === edge.version,
    );
    for (const target of targets) {
      const marker = both(way.marker, edge.marker);
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

function both(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || one === other) return other ?? one;
  if (other === undefined) return one;
  // Deep graphs repeat the same condition.
  return one.includes(other) ? one : `(${one}) and (${other})`;
}

function distribution(one: LockedPackage, ways: readonly Way[]): ListedDistribution {
  const place = placeOf(one.source);
  const markers = ways.flatMap(({ marker }) => marker ?? []);
  const marker = markers.length === ways.length && ways.length > 0 ? joinMarkers(markers) : undefined;
  return {
    name: normaliseName(one.name),
    ...(one.version !== undefined && { version: one.version }),
    extras: [...new Set(ways.flatMap(({ extras }) => extras))],
    ...(marker !== undefined && { marker }),
    groups: [...new Set(ways.map(({ group }) => group))],
    ...(place !== undefined && { place }),
    requires: [...new Set(one.dependencies.map(({ name }) => normaliseName(name)))],
  };
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
