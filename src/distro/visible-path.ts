import type { RootFileSystem } from '../filetree/index.ts';

// More hops than Linux follows (ELOOP at 40) is a loop.
const mostHops = 40;

/**
 * Finds the path under which the root file system shows what a package database lists: symlinks among its parent
 * directories are followed (a merged /usr shows `lib/x` at `usr/lib/x`), and where the merge is known from one side
 * only, the other side is tried. The last part is not followed: a listed symlink is a symlink.
 */
export function visiblePathFinder(root: RootFileSystem): (listed: string) => string | undefined {
  const folders = new Map<string, string>();
  const resolveFolder = (path: string, hops = 0): string => {
    if (path === '' || hops > mostHops) return path;
    const known = folders.get(path);
    if (known !== undefined) return known;
    const slash = path.lastIndexOf('/');
    const parent = slash === -1 ? '' : resolveFolder(path.slice(0, slash), hops);
    const here = join(parent, path.slice(slash + 1));
    const entry = root.get(here)?.entry;
    const resolved =
      entry?.type === 'symlink' && entry.linkTarget !== undefined
        ? resolveFolder(follow(parent, entry.linkTarget), hops + 1)
        : here;
    folders.set(path, resolved);
    return resolved;
  };
  return (listed) => {
    for (const path of aliases(listed)) {
      const slash = path.lastIndexOf('/');
      const found = slash === -1 ? path : join(resolveFolder(path.slice(0, slash)), path.slice(slash + 1));
      if (root.get(found) !== undefined) return found;
    }
    return undefined;
  };
}

const merged = /^(?:bin|sbin|lib|lib32|lib64|libx32)\//;

function aliases(path: string): string[] {
  if (merged.test(path)) return [path, `usr/${path}`];
  const inUsr = path.startsWith('usr/') ? path.slice(4) : '';
  return merged.test(inUsr) ? [path, inUsr] : [path];
}

function follow(folder: string, target: string): string {
  const parts: string[] = target.startsWith('/') || folder === '' ? [] : folder.split('/');
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
