import type { VisibleEntry } from './root-file-system.ts';

/** Stored bytes, and the names that lead to them. */
export interface Content {
  layer: number;
  position: number;
  /** The name that shows it as a file. */
  owner: Node | undefined;
  /** Further hard links. */
  others: Set<Node> | undefined;
}

/** A name in the tree that is being stacked, and the content that it brought, if any: an object apart for each of 200,000 files took 10 MB. */
export interface Node extends Content {
  readonly name: string;
  readonly parent: Node | undefined;
  /** Present for directories only. */
  readonly children: Map<string, Node> | undefined;
  /** The entry in its layer; -1 for a directory that no layer has an entry for. */
  position: number;
  /** Of a file the node itself; of a hard link that of the file; absent for directories. */
  content: Content | undefined;
  /** What the finished tree shows here, made when it is first asked for. */
  shown: VisibleEntry | undefined;
  /** True once it is out of the tree, with all below it. */
  isGone: boolean;
}

/** An empty root directory. */
export function rootNode(): Node {
  return directoryNode('', undefined, { layer: 0, position: -1 });
}

/** A directory without children, not yet in its parent's list. */
export function directoryNode(
  name: string,
  parent: Node | undefined,
  { layer, position }: { readonly layer: number; readonly position: number },
): Node {
  return newNode({ name, parent, children: new Map(), layer, position });
}

/** A file, symlink or device with content of its own, or a hard link to content that is there; not yet in its parent's list. */
export function fileNode(
  place: Pick<Node, 'name' | 'parent' | 'layer' | 'position'>,
  linked: { readonly content: Content | undefined } | undefined,
): Node {
  const node = newNode({ ...place, children: undefined });
  node.content = linked === undefined ? node : linked.content;
  return node;
}

function newNode({
  name,
  parent,
  children,
  layer,
  position,
}: Pick<Node, 'name' | 'parent' | 'children' | 'layer' | 'position'>): Node {
  return {
    name,
    parent,
    children,
    layer,
    position,
    content: undefined,
    owner: undefined,
    others: undefined,
    shown: undefined,
    isGone: false,
  };
}

/** The path from the root, without a leading slash. */
export function pathOf(node: Node): string {
  const names: string[] = [];
  for (let at: Node | undefined = node; at?.parent !== undefined; at = at.parent) names.push(at.name);
  return names.reverse().join('/');
}

/** What is at a path, links not followed; empty parts of the path count for nothing. */
export function findNode(root: Node, path: string): Node | undefined {
  let node: Node | undefined = root;
  for (const name of path.split('/')) {
    if (name === '') continue;
    node = node?.children?.get(name);
    if (node === undefined) return undefined;
  }
  return node;
}

/**
 * `findNode` for a tree that does not change any more: directories found once are remembered, and the last one is told by a
 * comparison, since paths of one directory mostly come one after the other.
 */
export function nodeFinder(root: Node): (path: string) => Node | undefined {
  const directories = new Map<string, Node | undefined>();
  let last: { readonly name: string; readonly directory: Node | undefined } = { name: '', directory: root };
  const directoryAt = (name: string): Node | undefined => {
    if (directories.has(name)) return directories.get(name);
    const directory = findNode(root, name);
    directories.set(name, directory);
    return directory;
  };
  return (path) => {
    const slash = path.lastIndexOf('/');
    if (slash <= 0 || slash === path.length - 1) return findNode(root, path);
    if (slash !== last.name.length || !path.startsWith(last.name)) {
      const name = path.slice(0, slash);
      last = { name, directory: directoryAt(name) };
    }
    return last.directory?.children?.get(path.slice(slash + 1));
  };
}

/** Everything below a directory, parents before children. */
export function* nodesBelow(root: Node): Generator<Node> {
  const open: Iterator<Node>[] = root.children ? [root.children.values()] : [];
  for (let iterator = open.at(-1); iterator !== undefined; iterator = open.at(-1)) {
    const next = iterator.next();
    if (next.done) {
      open.pop();
      continue;
    }
    yield next.value;
    if (next.value.children) open.push(next.value.children.values());
  }
}

/** The length of all paths below a directory together, worked out without making any. */
export function pathCharacters(root: Node): number {
  let sum = 0;
  const open: { readonly directory: Node; readonly length: number }[] = [{ directory: root, length: -1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const child of next.directory.children?.values() ?? []) {
      const length = next.length + 1 + child.name.length;
      sum += length;
      if (child.children !== undefined) open.push({ directory: child, length });
    }
  }
  return sum;
}

/** Makes `node` one of the names of `content`. */
export function link(content: Content, node: Node): void {
  if (content.owner === undefined) {
    content.owner = node;
    return;
  }
  content.others ??= new Set();
  content.others.add(node);
}

/** Takes `node` from the names of `content`; true when it was the last. The oldest other name becomes the owner. */
export function unlink(content: Content, node: Node): boolean {
  content.others?.delete(node);
  if (content.owner !== node) return false;
  const heir = content.others?.values().next().value;
  content.owner = heir;
  if (heir === undefined) return true;
  content.others?.delete(heir);
  return false;
}

/** A link without a place, which keeps content from dying. */
export function hold(content: Content, layer: number): Node {
  const node = fileNode({ name: '', parent: undefined, layer, position: -1 }, { content });
  link(content, node);
  return node;
}
