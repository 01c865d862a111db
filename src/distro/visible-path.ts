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
  // Lists name the files of a folder one after the other.
  let last = { folder: '', resolved: '' };
  const find = (path: string): string | undefined => {
    const slash = path.lastIndexOf('/');
    if (slash !== -1 && (slash !== last.folder.length || !path.startsWith(last.folder))) {
      const folder = path.slice(0, slash);
      last = { folder, resolved: resolveFolder(folder) };
    }
    const found = slash === -1 ? path : join(last.resolved, path.slice(slash + 1));
    return root.get(found) === undefined ? undefined : found;
  };
  return (listed) => {
    const found = find(listed);
    if (found !== undefined) return found;
    const other = otherSide(listed);
    return other === undefined ? undefined : find(other);
  };
}

const merged = /^(?:bin|sbin|lib|lib32|lib64|libx32)\//;

/** `lib/x` for `usr/lib/x`, and the other way round. */
function otherSide(path: string): string | undefined {
  if (merged.test(path)) return `usr/${path}`;
  const inUsr = path.startsWith('usr/') ? path.slice(4) : '';
  return merged.test(inUsr) ? inUsr : undefined;
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
