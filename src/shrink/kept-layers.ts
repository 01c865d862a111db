import { type RootFileSystem, stackLayers } from '../filetree/index.ts';

/**
 * How many of a base's layers can stay as they are: those below the first one with content that nothing but a hard link of an upper layer still
 * shows. Such a link has no file to lead to once the upper layers are written anew; few builders write any.
 */
export function keptLayerCount(root: RootFileSystem, baseLayerCount: number): number {
  let count = baseLayerCount;
  for (;;) {
    const lowest = lowestOrphan(root, count);
    if (lowest === undefined) return count;
    count = lowest;
  }
}

/** The lowest layer below `count` with content whose visible name those layers do not have. */
function lowestOrphan(root: RootFileSystem, count: number): number | undefined {
  const renamed: { readonly path: string; readonly layer: number }[] = [];
  for (const { entry, layer } of root.entries()) {
    if (layer >= count || entry.type === 'directory') continue;
    const place = root.placeOf(entry.path);
    const stored = place && root.layers[place.layer]?.entry(place.position);
    if (stored !== undefined && stored.path !== entry.path) renamed.push({ path: entry.path, layer });
  }
  if (renamed.length === 0) return undefined;
  const base = stackLayers(root.layers.slice(0, count), { forgetsEntries: true });
  const orphans = renamed.filter(({ path }) => base.get(path) === undefined).map(({ layer }) => layer);
  return orphans.length === 0 ? undefined : Math.min(...orphans);
}
