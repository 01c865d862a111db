import { bothMarkers, joinMarkers } from '../marker-syntax.ts';
import { isAllowedVersion } from '../specifier.ts';
import type { ListedDistribution, NeededDistribution } from './environment-file.ts';

/**
 * What a lock file that tells no groups installs for these requirements of the manifest: all that they lead to, where what leads there
 * applies. Of several versions of one distribution those count that the requirement allows.
 */
export function reachedDistributions(
  locked: readonly ListedDistribution[],
  roots: readonly ListedDistribution[],
): readonly ListedDistribution[] {
  const byName = Map.groupBy(locked, ({ name }) => name);
  const ways = new Map<ListedDistribution, Set<string | undefined>>();
  const queue: NeededDistribution[] = roots.map(({ name, specifier, marker }) => ({
    name,
    specifier,
    marker,
  }));
  for (const edge of queue) {
    for (const target of allowed(byName.get(edge.name) ?? [], edge.specifier)) {
      const known = ways.get(target) ?? new Set();
      if (known.has(undefined) || known.has(edge.marker)) continue;
      ways.set(target, known.add(edge.marker));
      for (const needed of needsOf(target))
        queue.push({ ...needed, marker: bothMarkers(edge.marker, needed.marker) });
    }
  }
  return locked.flatMap((one) => {
    const markers = ways.get(one);
    if (markers === undefined) return [];
    const found = [...markers].filter((marker) => marker !== undefined);
    const isEverywhere = one.marker !== undefined || found.length < markers.size;
    return [isEverywhere ? one : { ...one, marker: joinMarkers(found) }];
  });
}

function needsOf({ needs, requires = [] }: ListedDistribution): readonly NeededDistribution[] {
  return needs ?? requires.map((name) => ({ name }));
}

function allowed(
  versions: readonly ListedDistribution[],
  specifier: string | undefined,
): readonly ListedDistribution[] {
  if (versions.length < 2 || specifier === undefined) return versions;
  const fit = versions.filter(({ version }) => version === undefined || isAllowedVersion(version, specifier));
  return fit.length === 0 ? versions : fit;
}
