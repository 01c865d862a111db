import type { RootFileSystem } from '../filetree/index.ts';
import type { PackageSource, UnreadableDatabase } from './installed-package.ts';

/** Reads databases out of the root file system; what cannot be read is added to `unreadable`, once a file. */
export function packageSource(
  root: RootFileSystem,
  isOfDatabase: (path: string) => boolean,
  unreadable: UnreadableDatabase[],
): PackageSource {
  let ofDatabases: readonly string[] | undefined;
  const noted = new Set<string>();
  const has = (path: string): boolean => isFile(root.get(path)?.entry.type);
  const note = (path: string, reason: string): void => {
    if (noted.has(path)) return;
    noted.add(path);
    unreadable.push({ path, reason });
  };
  const content = (path: string): Uint8Array | undefined => {
    const found = root.content(path);
    if (found === undefined && has(path)) note(path, 'it was not kept while its layer was read');
    return found;
  };
  return {
    has,
    note,
    content,
    text(path) {
      const found = content(path);
      return found === undefined ? undefined : new TextDecoder().decode(found);
    },
    paths(wants) {
      ofDatabases ??= filesOf(root, isOfDatabase);
      return ofDatabases.filter(wants);
    },
  };
}

function filesOf(root: RootFileSystem, wants: (path: string) => boolean): string[] {
  const found: string[] = [];
  for (const { entry } of root.entries()) {
    if (wants(entry.path) && isFile(entry.type)) found.push(entry.path);
  }
  return found.sort();
}

function isFile(type: string | undefined): boolean {
  return type === 'file' || type === 'hardlink';
}
