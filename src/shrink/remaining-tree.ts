import type { RootFileSystem, VisibleEntry } from '../filetree/index.ts';
import { inPathOrder } from './path-order.ts';
import type { PlannedEdit } from './planned-edit.ts';
import { siteOf } from './site-packages.ts';

/** What is still visible after the edits. */
export interface RemainingTree {
  has(path: string): boolean;
  /** Parents before children, each made when it is asked for; the root itself is none. */
  entries(): Iterable<VisibleEntry>;
  /** The same by path, character by character. */
  sorted(): Iterable<VisibleEntry>;
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
  const { directories, children } = countChildren(root, gone);
  for (const path of directories.reverse()) {
    if (!losers.has(path) || (children.get(path) ?? 0) > 0 || !isOwn(path)) continue;
    if ((root.placeOf(path)?.layer ?? baseLayerCount) < baseLayerCount) continue;
    const parent = parentOf(path);
    const unit = wholes.get(path);
    gone.add(path);
    losers.add(parent);
    if (unit !== undefined) wholes.set(parent, unit);
    children.set(parent, (children.get(parent) ?? 0) - 1);
  }
  function* remaining(all: Iterable<VisibleEntry>): Generator<VisibleEntry> {
    for (const visible of all) if (!gone.has(visible.entry.path)) yield visible;
  }
  return {
    has: (path) => !gone.has(path) && root.get(path) !== undefined,
    entries: () => remaining(root.entries()),
    sorted: () => remaining(inPathOrder(root)),
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
