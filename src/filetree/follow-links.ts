import type { RootFileSystem, VisibleEntry } from './root-file-system.ts';

/** As many symlinks as Linux follows before it says ELOOP. */
const linkLimit = 40;

/**
 * The entry that a process inside the container reaches at `path`, symlinks followed within the root; undefined when there
 * is none, or the links form a circle.
 */
export function followLinks(root: RootFileSystem, path: string): VisibleEntry | undefined {
  let pending = path.split('/').reverse();
  let current: string[] = [];
  let followed = 0;
  let entry: VisibleEntry | undefined = root.get('');
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      current.pop();
      continue;
    }
    entry = root.get([...current, name].join('/'));
    if (entry === undefined) return undefined;
    if (entry.entry.type !== 'symlink') {
      current.push(name);
      continue;
    }
    followed += 1;
    if (followed > linkLimit) return undefined;
    const target = entry.entry.linkTarget ?? '';
    if (target.startsWith('/')) current = [];
    pending = [...pending, ...target.split('/').reverse()];
  }
  return root.get(current.join('/'));
}
