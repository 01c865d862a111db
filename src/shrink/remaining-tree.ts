import type { RootFileSystem, VisibleEntry } from '../filetree/index.ts';
import type { PlannedEdit } from './plan.ts';
import { siteOf } from './site-packages.ts';

/** What is still visible after the edits. */
export interface RemainingTree {
  has(path: string): boolean;
  /** Parents before children, each made when it is asked for; the root itself is none. */
  entries(): Iterable<VisibleEntry>;
}

/**
 * Takes the removed files out of the visible tree, and the directories that have nothing left in them: of distributions, as Python
 * would take one for a package, and of caches. Others stay, as programs expect them (`/var/lib/apt/lists`, `/usr/include`).
 */
export function remainingTree({
  root,
  baseLayerCount,
  edits,
}: {
  readonly root: RootFileSystem;
  readonly baseLayerCount: number;
  readonly edits: readonly PlannedEdit[];
}): RemainingTree {
  const gone = new Set(edits.flatMap(({ edit }) => (edit.kind === 'remove' ? [edit.path] : [])));
  const losers = new Set([...gone].map(parentOf));
  const { directories, children } = countChildren(root, gone);
  for (const path of directories.reverse()) {
    if (!losers.has(path) || (children.get(path) ?? 0) > 0 || !mayGo(path)) continue;
    if ((root.placeOf(path)?.layer ?? baseLayerCount) < baseLayerCount) continue;
    gone.add(path);
    losers.add(parentOf(path));
    children.set(parentOf(path), (children.get(parentOf(path)) ?? 0) - 1);
  }
  return {
    has: (path) => !gone.has(path) && root.get(path) !== undefined,
    *entries() {
      for (const visible of root.entries()) if (!gone.has(visible.entry.path)) yield visible;
    },
  };
}

/** All directories, parents before children, and how many entries each will have left. */
function countChildren(
  root: RootFileSystem,
  gone: ReadonlySet<string>,
): { readonly directories: string[]; readonly children: Map<string, number> } {
  const directories: string[] = [];
  const children = new Map<string, number>();
  for (const { entry } of root.entries()) {
    if (entry.type === 'directory') directories.push(entry.path);
    if (gone.has(entry.path)) continue;
    const parent = parentOf(entry.path);
    children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  return { directories, children };
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function mayGo(path: string): boolean {
  return siteOf(path) !== undefined || /(?:^|\/)(?:__pycache__|\.cache|\.npm)(?:\/|$)/.test(path);
}
