import type { RootFileSystem, VisibleEntry } from '../filetree/index.ts';

/** Everything below a directory that is none itself. */
export function* filesBelow(root: RootFileSystem, folder: string): Generator<VisibleEntry> {
  for (const name of root.namesIn(folder)) {
    const path = folder === '' ? name : `${folder}/${name}`;
    const found = root.get(path);
    if (found === undefined) continue;
    if (found.entry.type === 'directory') yield* filesBelow(root, path);
    else yield found;
  }
}
