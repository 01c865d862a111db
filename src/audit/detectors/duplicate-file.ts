import type { VisibleEntry } from '../../filetree/index.ts';
import type { RemainderDetector } from '../detector.ts';

/** All copies but one of files with equal content; the copy of the lowest layer counts as the original. */
export const duplicateFile: RemainderDetector = {
  name: 'duplicate-file',
  detect: (subject, rest) =>
    (subject.duplicates ?? []).flatMap(({ files }) => {
      const free = files.filter(({ entry }) => entry.sizeBytes > 0 && rest.isFree(entry.path));
      return free
        .sort(byLayerAndPath)
        .slice(1)
        .map(({ entry, layer }) => ({
          path: entry.path,
          sizeBytes: entry.sizeBytes,
          layer,
          claim: { kind: 'duplicate-file' as const },
        }));
    }),
};

function byLayerAndPath(a: VisibleEntry, b: VisibleEntry): number {
  return a.layer - b.layer || (a.entry.path < b.entry.path ? -1 : 1);
}
