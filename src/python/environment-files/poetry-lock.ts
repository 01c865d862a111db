import { z } from 'zod';
import { normaliseName } from '../distribution-name.ts';
import { reduceMarker } from '../environment-markers.ts';
import { comparisonsIn, joinMarkers, parseMarker, printMarker } from '../marker-syntax.ts';
import type {
  DistributionPlace,
  EnvironmentFile,
  ListedDistribution,
  NeededDistribution,
} from './environment-file.ts';
import { type EnvironmentText, readFormat } from './parse-text.ts';
import { poetrySpecifier } from './poetry-constraint.ts';

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
  /** Extra → what it asks for; with blanks and versions before Poetry 1.1. */
  extras: z.record(z.string(), z.array(z.string())).default({}),
  metadata: z.object({
    'lock-version': z
      .string()
      .regex(/^[12]\./, 'only versions 1 and 2 of the format are known')
      .optional(),
    'python-versions': z.string().optional(),
  }),
});
const edge = z.object({ version: z.string().optional(), markers: z.string().optional() });
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
  const ofExtras = reachedByExtras(lock);
  const indexUrls = [
    ...new Set(lock.package.flatMap(({ source }) => (source?.type === 'legacy' ? [source.url] : []))),
  ];
  return {
    path,
    kind: 'poetry.lock',
    ...(requiresPython !== undefined && { requiresPython }),
    distributions: lock.package.map((one) => distribution(one, ofExtras.get(normaliseName(one.name)) ?? [])),
    // What names no source comes from the default index.
    ...(lock.package.every(({ source }) => source !== undefined)
      ? { indexUrls }
      : { indexUrls: [], ...(indexUrls.length > 0 && { extraIndexUrls: indexUrls }) }),
    includes: [],
    problems: [],
  };
}

/** Name → extras by which optional packages come. */
function reachedByExtras({
  extras,
  package: packages,
}: z.infer<typeof schema>): ReadonlyMap<string, readonly string[]> {
  const optional = new Map(
    packages.filter((one) => one.optional).map((one) => [normaliseName(one.name), one] as const),
  );
  const found = new Map<string, string[]>();
  for (const [extra, names] of Object.entries(extras)) {
    const reached = new Set(names.map((text) => normaliseName(/^[\w.-]+/.exec(text)?.[0] ?? '')));
    for (const name of reached) {
      const one = optional.get(name);
      if (one === undefined) continue;
      found.set(name, [...(found.get(name) ?? []), normaliseName(extra)]);
      for (const needed of Object.keys(one.dependencies)) reached.add(normaliseName(needed));
    }
  }
  return found;
}

function distribution(one: LockedPackage, ofExtras: readonly string[]): ListedDistribution {
  const marker = typeof one.markers === 'string' ? one.markers : markerOf(one.markers ?? {});
  const place = placeOf(one.source);
  const told = one.groups ?? (one.category === undefined ? [] : [one.category]);
  // An optional package of the project itself comes by its extras alone; Poetry 2 says that in the marker, too.
  const isByExtra = one.optional && ofExtras.length > 0 && told.every((group) => group === 'main');
  const rest = isByExtra ? withoutExtra(marker, ofExtras) : marker;
  return {
    name: normaliseName(one.name),
    version: one.version,
    extras: [],
    ...(rest !== undefined && { marker: rest }),
    ...(typeof one.markers === 'object' && !isByExtra && { markerOfGroup: one.markers }),
    groups: isByExtra ? ofExtras.map((extra) => `extra:${extra}`) : told,
    ...(place !== undefined && { place }),
    requires: Object.keys(one.dependencies).map(normaliseName),
    needs: Object.entries(one.dependencies).flatMap(needsIn),
  };
}

/**
 * What one line of `[package.dependencies]` asks for; several alternatives for different systems.
 *
 *     uvloop = {version = ">=0.15", optional = true, markers = "sys_platform != \"win32\" and extra == \"standard\""}
 */
function needsIn([name, value]: [string, unknown]): readonly NeededDistribution[] {
  return (Array.isArray(value) ? value : [value]).map((one: unknown) => {
    const { version, markers } = edge.safeParse(typeof one === 'string' ? { version: one } : one).data ?? {};
    const asked = markers === undefined ? undefined : parseMarker(markers);
    const extras = comparisonsIn(asked).flatMap(({ left, right }) =>
      left.kind === 'variable' && left.name === 'extra' && right.kind === 'text' ? [right.value] : [],
    );
    return {
      name: normaliseName(name),
      specifier: version === undefined ? undefined : poetrySpecifier(version),
      // The package is in the lock file because somebody asked for its extra.
      marker: extras.length === 0 ? markers : withoutExtra(markers, extras),
    };
  });
}

/** `extra == "gpu" and sys_platform == "linux"` → `sys_platform == "linux"`. */
function withoutExtra(marker: string | undefined, extras: readonly string[]): string | undefined {
  const expression = marker === undefined ? undefined : parseMarker(marker);
  if (expression === undefined) return marker;
  const rests = extras.map((extra) => reduceMarker(expression, { extra }));
  const open = rests.filter((rest) => typeof rest !== 'boolean').map(printMarker);
  return rests.includes(true) || open.length === 0 ? undefined : joinMarkers(open);
}

/** Markers by group: it is installed where one of them holds. */
function markerOf(byGroup: Readonly<Record<string, string>>): string | undefined {
  const all = Object.values(byGroup);
  return all.length === 0 ? undefined : joinMarkers(all);
}

function placeOf(source: LockedPackage['source']): DistributionPlace | undefined {
  if (source === undefined || source.type === 'legacy') return undefined;
  const target = source.url;
  if (source.type === 'git') return { kind: 'vcs', target };
  return { kind: source.type === 'url' ? 'url' : 'path', target };
}
