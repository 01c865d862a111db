import type { CountedFiles, IgnoreReport } from './ignore-report.ts';

/** A directory and what of it stands in no other row. */
export interface HeavyPlace extends CountedFiles {
  readonly path: string;
}

/**
 * The directories that make a context heavy, the largest first, together all of it: each top directory, named by the directory inside
 * it that holds all of its files (`data/raw/` for `data/`), and the files at the top.
 */
export function heaviestPlaces({ directories, topFiles }: IgnoreReport): readonly HeavyPlace[] {
  const byParent = Map.groupBy(directories, ({ path }) => path.slice(0, path.lastIndexOf('/') + 1));
  const deepest = (place: HeavyPlace): HeavyPlace => {
    const inside = byParent.get(`${place.path}/`)?.find(({ fileCount }) => fileCount === place.fileCount);
    return inside === undefined ? { ...place, path: `${place.path}/` } : deepest(inside);
  };
  const top = (byParent.get('') ?? []).map(deepest);
  const loose = topFiles.fileCount === 0 ? [] : [{ ...topFiles, path: '(files at the top)' }];
  return [...top, ...loose].sort((a, b) => b.sizeBytes - a.sizeBytes || (a.path < b.path ? -1 : 1));
}
