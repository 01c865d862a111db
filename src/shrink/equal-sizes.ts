import type { RootFileSystem } from '../filetree/index.ts';
import { siteOf } from './site-packages.ts';

/** Less is not worth a link: the header of a file in a tar takes as much room as that of a link. */
const leastBytes = 4096;

// Distributions have data of theirs in `share`: jupyterlab's pages lie there a second time.
const shared = /(?:^|\/)share\//;

/** Says of which files that distributions may own, above the base, another one has the same size: only those may be copies of each other. */
export function equalSizes(
  root: RootFileSystem,
  baseLayerCount: number,
): (path: string, sizeBytes: number) => boolean {
  const once = new Set<number>();
  const several = new Set<number>();
  for (const { entry, layer } of root.entries()) {
    if (layer < baseLayerCount || entry.type !== 'file') continue;
    if (!mayBeCopy(entry.path, entry.sizeBytes)) continue;
    if (once.has(entry.sizeBytes)) several.add(entry.sizeBytes);
    else once.add(entry.sizeBytes);
  }
  return (path, sizeBytes) => several.has(sizeBytes) && mayBeCopy(path, sizeBytes);
}

function mayBeCopy(path: string, sizeBytes: number): boolean {
  return (
    sizeBytes >= leastBytes && (siteOf(path) !== undefined || shared.test(path)) && !/\.so(?:\.|$)/.test(path)
  );
}
