import { posix } from 'node:path';
import { type DpkgNode, parseAlternatives, visiblePathFinder } from '../distro/index.ts';
import { followLinks, type RootFileSystem } from '../filetree/index.ts';
import type { ShrinkSubject } from './pass.ts';

/** What belongs to a package, and what ties it to others. */
export interface DpkgFiles {
  /** Visible paths that no other package lists: its files, what dpkg keeps of it, bytecode of its modules. */
  readonly own: ReadonlySet<string>;
  /** A file of another package that it has moved out of the way. */
  readonly diverted: string | undefined;
  /** A link to one of its files that would have to lead to another package's. */
  readonly switched: string | undefined;
}

/** Answers what belongs to a package. */
export interface PackageFilesOf {
  (node: DpkgNode): DpkgFiles;
  /** Where the root file system shows a path that dpkg lists. */
  visible(listed: string): string | undefined;
}

const adminDir = 'var/lib/dpkg';

/** Looks the packages' files up, each package once. */
export function dpkgFiles({ root }: ShrinkSubject, nodes: readonly DpkgNode[]): PackageFilesOf {
  const find = visiblePathFinder(root);
  const visible = (listed: string): string | undefined => find(listed.replace(/^\.?\/+/, ''));
  const ownOf = ownFiles(root, nodes, visible);
  const diversions = diversionsOf(root);
  const groups = [...root.namesIn(`${adminDir}/alternatives`)].flatMap(
    (name) => parseAlternatives(name, linesOf(root, `${adminDir}/alternatives/${name}`).join('\n')) ?? [],
  );
  const known = new Map<DpkgNode, DpkgFiles>();
  const filesOf = (node: DpkgNode): DpkgFiles => {
    const found = known.get(node);
    if (found !== undefined) return found;
    const own = ownOf(node);
    const switched = groups.find(({ name, choices }) => {
      const paths = choices.map(({ path }) => visible(path));
      const current = visible(root.get(`etc/alternatives/${name}`)?.entry.linkTarget ?? '');
      const isOfOthers = paths.some((path) => path !== undefined && !own.has(path));
      return isOfOthers && current !== undefined && own.has(current);
    });
    const made = {
      own,
      diverted: diversions.find(({ by, to }) => by === node.name && visible(to) !== undefined)?.from,
      switched: switched && `etc/alternatives/${switched.name}`,
    };
    known.set(node, made);
    return made;
  };
  return Object.assign(filesOf, { visible });
}

/** Answers what only one package lists, and what belongs to that though no list has it. */
function ownFiles(
  root: RootFileSystem,
  nodes: readonly DpkgNode[],
  visible: (listed: string) => string | undefined,
): (node: DpkgNode) => ReadonlySet<string> {
  const owners = new Map<string, DpkgNode[]>();
  for (const node of nodes) {
    for (const listed of linesOf(root, `${adminDir}/info/${node.listName}.list`)) {
      const path = visible(listed);
      if (path === undefined || path === '') continue;
      const known = owners.get(path);
      if (known === undefined) owners.set(path, [node]);
      else known.push(node);
    }
  }
  const listedBy = Map.groupBy(
    [...owners].filter(([path, { length }]) => length === 1 && root.get(path)?.entry.type !== 'directory'),
    ([, [node]]) => node,
  );
  const administration = Map.groupBy(root.namesIn(`${adminDir}/info`), (name) =>
    name.slice(0, name.lastIndexOf('.')),
  );
  const enabled = enabledServices(root, owners);
  return (node) =>
    new Set([
      ...(listedBy.get(node) ?? []).flatMap(([path]) => [
        path,
        ...bytecodeOf(path, root, owners),
        ...(enabled.get(path) ?? []),
      ]),
      ...(administration.get(node.listName) ?? []).map((name) => `${adminDir}/info/${name}`),
    ]);
}

function linesOf(root: RootFileSystem, path: string): readonly string[] {
  const content = root.content(path);
  return content === undefined ? [] : Buffer.from(content).toString('utf8').split('\n');
}

// etc/rc3.d/S01procps      etc/systemd/user/sockets.target.wants/dirmngr.socket
const enabling = /^etc\/(?:rc[\dS]\.d|fonts\/conf\.d|systemd\/.*\.(?:wants|requires))\/[^/]+$/;

/** The links by which packages' scripts enable services, by the file that they lead to; no list has them. */
function enabledServices(
  root: RootFileSystem,
  owners: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { entry } of root.entries()) {
    if (entry.type !== 'symlink' || !enabling.test(entry.path) || owners.has(entry.path)) continue;
    const target = followLinks(root, entry.path)?.entry.path;
    if (target !== undefined) found.set(target, [...(found.get(target) ?? []), entry.path]);
  }
  return found;
}

interface Diversion {
  readonly from: string;
  readonly to: string;
  readonly by: string;
}

/** Three lines each (dpkg-divert(1)). */
function diversionsOf(root: RootFileSystem): Diversion[] {
  const lines = linesOf(root, `${adminDir}/diversions`);
  return lines.flatMap((from, at) =>
    at % 3 === 0 && from !== '' ? [{ from, to: lines[at + 1] ?? '', by: lines[at + 2] ?? '' }] : [],
  );
}

/** What Debian's py3compile made of a module, which no list has. */
function bytecodeOf(path: string, root: RootFileSystem, owners: ReadonlyMap<string, unknown>): string[] {
  if (!path.endsWith('.py')) return [];
  const folder = `${posix.dirname(path)}/__pycache__`;
  const stem = `${posix.basename(path, '.py')}.`;
  return [...root.namesIn(folder)]
    .filter((name) => name.startsWith(stem) && name.endsWith('.pyc'))
    .map((name) => `${folder}/${name}`)
    .filter((name) => !owners.has(name));
}
