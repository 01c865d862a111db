import { joinMarkers } from '../marker-syntax.ts';
import type { EnvironmentFile, ListedDistribution } from './environment-file.ts';

/** What is installed of a manifest or lock file, as pip would be asked for it. */
export interface ListedRequirements {
  /** `numpy==2.1.0`, `torch[opt]>=2 ; sys_platform == "linux"`. */
  readonly requirements: readonly string[];
  /** What has no name in a package index; one clause each. */
  readonly problems: readonly string[];
}

/** Which groups are wanted, and the manifest, for lock files that do not tell groups. */
export interface RequirementsWish {
  /** Of `main`, `dev`, `extra:NAME`, …. */
  readonly isWanted: (group: string) => boolean;
  readonly manifest?: EnvironmentFile | undefined;
}

/** What the wanted groups bring, as pip would be asked for it. */
export function listedRequirements(file: EnvironmentFile, wish: RequirementsWish): ListedRequirements {
  const python = wantedDistributions(file, wish).filter(({ isConda }) => isConda !== true);
  return {
    requirements: python.flatMap((one) => requirementOf(one) ?? []),
    problems: [
      ...file.problems.map(({ path, line, message }) => `${path}${line > 0 ? `:${line}` : ''}: ${message}`),
      ...python.flatMap((one) =>
        requirementOf(one) === undefined
          ? [
              `${file.path}: ${one.name} comes from ${one.place?.target ?? 'elsewhere'}, and no package index tells its size`,
            ]
          : [],
      ),
    ],
  };
}

/** The distributions of the wanted groups; where a lock file does not tell groups, all that the manifest's wanted ones lead to. */
export function wantedDistributions(
  file: EnvironmentFile,
  wish: RequirementsWish,
): readonly ListedDistribution[] {
  if (file.ofGroups !== undefined) return file.ofGroups(wish.isWanted);
  const isGrouped = file.distributions.some(({ groups }) => groups.length > 0);
  const reached = isGrouped ? undefined : reachedFrom(file, wish);
  if (reached !== undefined) return file.distributions.filter(({ name }) => reached.has(name));
  return file.distributions
    .filter(({ groups }) => groups.some(wish.isWanted))
    .map((one) => inGroups(one, wish.isWanted));
}

/** With the marker of the wanted groups alone: that another group wants it everywhere is nothing to them. */
function inGroups(one: ListedDistribution, isWanted: (group: string) => boolean): ListedDistribution {
  if (one.markerOfGroup === undefined) return one;
  const wanted = one.groups.filter(isWanted);
  const markers = wanted.flatMap((group) => one.markerOfGroup?.[group] ?? []);
  const { marker: _, ...everywhere } = one;
  return markers.length < wanted.length ? everywhere : { ...everywhere, marker: joinMarkers(markers) };
}

/** Undefined where there is no manifest: then all of the lock file is taken. */
function reachedFrom(
  lock: EnvironmentFile,
  { manifest, isWanted }: RequirementsWish,
): ReadonlySet<string> | undefined {
  if (manifest === undefined) return new Set(lock.distributions.map(({ name }) => name));
  const byName = new Map(lock.distributions.map((one) => [one.name, one]));
  const roots = manifest.distributions.filter(({ groups }) => groups.some(isWanted));
  const reached = new Set(roots.map(({ name }) => name));
  for (const name of reached) for (const needed of byName.get(name)?.requires ?? []) reached.add(needed);
  return reached;
}

function requirementOf({
  name,
  version,
  specifier = '',
  extras,
  marker,
  place,
}: ListedDistribution): string | undefined {
  if (place !== undefined && place.kind !== 'url') return undefined;
  const versions = version === undefined ? specifier : `==${version}`;
  return [
    name,
    extras.length === 0 ? '' : `[${extras.join(',')}]`,
    place === undefined ? versions : ` @ ${place.target}`,
    marker === undefined ? '' : ` ; ${marker}`,
  ].join('');
}
