import type { RootFileSystem, VisibleEntry } from '../filetree/index.ts';
import type { PlannedEdit } from './plan.ts';
import { siteOf } from './site-packages.ts';

/** What is still visible after the edits. */
export interface RemainingTree {
  /** By path, parents before children; the root itself is none. */
  readonly entries: ReadonlyMap<string, VisibleEntry>;
}

/**
 * Takes the removed files out of the visible tree, and the directories that have nothing left in them: of distributions, as Python
 * would take one for a package, of caches, and what distributions and packages that go altogether had to themselves. Others stay, as
 * programs expect them (`/var/lib/apt/lists`, `/usr/include`).
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
  const visible = [...root.entries()];
  const children = new Map<string, number>();
  const losers = new Set([...gone].map(parentOf));
  const wholes = new Map(
    edits.flatMap(({ edit }) =>
      edit.kind === 'remove' && edit.whole !== undefined ? [[parentOf(edit.path), edit.unit] as const] : [],
    ),
  );
  const isListed = listedFolders(root, gone);
  const isOwn = (path: string): boolean => {
    const unit = wholes.get(path);
    if (unit === undefined) return mayGo(path);
    return mayGo(path) || (list.test(unit) ? !isListed(path) : ownFolder.test(path));
  };
  for (const { entry } of visible.toReversed()) {
    const { path } = entry;
    const isEmptied = entry.type === 'directory' && losers.has(path) && (children.get(path) ?? 0) === 0;
    if (isEmptied && isOwn(path) && (root.placeOf(path)?.layer ?? baseLayerCount) >= baseLayerCount) {
      gone.add(path);
      losers.add(parentOf(path));
      const unit = wholes.get(path);
      if (unit !== undefined) wholes.set(parentOf(path), unit);
    }
    if (!gone.has(path)) children.set(parentOf(path), (children.get(parentOf(path)) ?? 0) + 1);
  }
  return {
    entries: new Map(
      visible.flatMap((one) => (gone.has(one.entry.path) ? [] : [[one.entry.path, one] as const])),
    ),
  };
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

// opt/venv/share/jupyter/kernels, usr/local/etc/jupyter
const ownFolder = /\/(?:share|etc|include)\/[^/]/;

const list = /^var\/lib\/dpkg\/info\/[^/]+\.list$/;

/** Whether a package that stays lists a folder, which dpkg then leaves. */
function listedFolders(root: RootFileSystem, gone: ReadonlySet<string>): (path: string) => boolean {
  let listed: Set<string> | undefined;
  return (path) => {
    if (listed === undefined) {
      listed = new Set();
      for (const one of root.captured()) {
        if (!list.test(one) || gone.has(one)) continue;
        for (const line of Buffer.from(root.content(one) ?? [])
          .toString('utf8')
          .split('\n')) {
          const folder = line.replace(/^\.?\/+/, '');
          listed.add(folder).add(`usr/${folder}`);
        }
      }
    }
    return listed.has(path);
  };
}

function mayGo(path: string): boolean {
  return siteOf(path) !== undefined || /(?:^|\/)(?:__pycache__|\.cache|\.npm)(?:\/|$)/.test(path);
}
