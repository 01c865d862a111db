import { joinMarkers } from '../marker-syntax.ts';
import type { EnvironmentFile, ListedDistribution } from './environment-file.ts';
import { reachedDistributions } from './reached-distributions.ts';

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
  // Poetry 1.5 to 1.8 tell of what extras alone bring, and of nothing else.
  const isGrouped = file.distributions.some(({ groups }) =>
    groups.some((group) => !group.startsWith('extra:')),
  );
  if (!isGrouped || isMarkedAtEdges(file, wish)) {
    const reached = reachedFrom(file, wish);
    return reached.filter(({ groups }) => groups.length === 0 || groups.some(wish.isWanted));
  }
  return file.distributions
    .filter(({ groups }) => groups.some(wish.isWanted))
    .map((one) => inGroups(one, wish.isWanted));
}

/** Poetry up to 1.4: groups by category, and what is not wanted everywhere only where something needs it. */
function isMarkedAtEdges({ distributions }: EnvironmentFile, { manifest }: RequirementsWish): boolean {
  return (
    manifest !== undefined &&
    distributions.every(({ marker, markerOfGroup }) => marker === undefined && markerOfGroup === undefined) &&
    distributions.some(({ needs = [] }) => needs.some(({ marker }) => marker !== undefined))
  );
}

/** With the marker of the wanted groups alone: that another group wants it everywhere is nothing to them. */
function inGroups(one: ListedDistribution, isWanted: (group: string) => boolean): ListedDistribution {
  if (one.markerOfGroup === undefined) return one;
  const wanted = one.groups.filter(isWanted);
  const markers = wanted.flatMap((group) => one.markerOfGroup?.[group] ?? []);
  const { marker: _, ...everywhere } = one;
  return markers.length < wanted.length ? everywhere : { ...everywhere, marker: joinMarkers(markers) };
}

/** All of the lock file where there is no manifest. */
function reachedFrom(
  lock: EnvironmentFile,
  { manifest, isWanted }: RequirementsWish,
): readonly ListedDistribution[] {
  if (manifest === undefined) return lock.distributions;
  return reachedDistributions(
    lock.distributions,
    manifest.distributions.filter(({ groups }) => groups.some(isWanted)),
  );
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
