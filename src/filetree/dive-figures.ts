import type { LayerEntry, LayerIndex } from './layer-index.ts';
import type { RootFileSystem } from './root-file-system.ts';

/** A path that several layers have, as dive lists it (`image.fileReference[]` of its JSON). */
export interface DiveFileReference {
  /** In how many layers the path occurs, whiteouts counted. */
  readonly count: number;
  /** Its sizes in all of them added up: what dive calls wasted, the one copy that is needed included. */
  readonly sizeBytes: number;
  /** With a leading slash. */
  readonly file: string;
}

/** The figures that dive judges an image by. */
export interface DiveFigures {
  /** 0 to 1 in all images but odd ones; 1 for an image without bytes. */
  readonly efficiencyScore: number;
  /** dive's `wastedBytes`: the sum of `fileReferences`. */
  readonly inefficientBytes: number;
  /** Content of all layers but the lowest, which dive takes for the base image. */
  readonly userSizeBytes: number;
  /** `inefficientBytes` as a part of `userSizeBytes`, which can exceed 1; 0 where both are 0, Infinity where only the latter is. */
  readonly wastedUserPercent: number;
  /** Largest first. */
  readonly fileReferences: readonly DiveFileReference[];
}

/**
 * dive's own figures, computed as dive 0.10 to 0.13 does (`dive/filetree/efficiency.go`, `dive/image/analysis.go`), with its defects, so
 * that a threshold that was made for dive keeps its meaning. The truth is `RootFileSystem.deadBytes`; dive differs from it:
 *
 * - A path's bytes count once for each layer that has it, the last one included: a file of 100,000 bytes that is written twice
 *   is "200,000 bytes wasted".
 * - The whiteout of a directory is one path, seen once: what was deleted below it counts as nothing wasted. It even adds the deleted
 *   bytes to both sides of the efficiency, which rises.
 * - A whiteout of something that no lower layer has ends dive's visit of that layer: paths after it (in dive's order,
 *   alphabetical, children first) are not seen, and the sum of smallest sizes loses one byte.
 * - An opaque whiteout is dropped.
 *
 * One thing is not the same: dive takes a sparse file's full size, this its stored one.
 */
export function diveFigures(root: Pick<RootFileSystem, 'layers'>): DiveFigures {
  const seen = new Map<string, Seen>();
  const stacked = newNode();
  for (const [position, layer] of root.layers.entries()) {
    const tree = treeOf(layer);
    // dive looks a whiteout of the lowest layer up in that layer itself.
    visitLeaves({ tree, below: position === 0 ? tree : stacked, seen });
    stack(tree, stacked);
  }
  const fileReferences = [...seen]
    .filter(([, { count }]) => count > 1)
    .map(([file, { count, sumBytes }]) => ({ count, sizeBytes: sumBytes, file }))
    .sort((a, b) => b.sizeBytes - a.sizeBytes || (a.file < b.file ? -1 : 1));
  const inefficientBytes = fileReferences.reduce((sum, one) => sum + one.sizeBytes, 0);
  const userSizeBytes = root.layers.slice(1).reduce((sum, { contentBytes }) => sum + contentBytes, 0);
  return {
    efficiencyScore: scoreOf(seen),
    inefficientBytes,
    userSizeBytes,
    wastedUserPercent: inefficientBytes === 0 ? 0 : inefficientBytes / userSizeBytes,
    fileReferences,
  };
}

interface Seen {
  count: number;
  sumBytes: number;
  /** -1 where a visit ended before a size was known, as in dive. */
  smallestBytes: number;
}

function scoreOf(seen: ReadonlyMap<string, Seen>): number {
  let smallest = 0;
  let sum = 0;
  for (const { smallestBytes, sumBytes } of seen.values()) {
    smallest += smallestBytes;
    sum += sumBytes;
  }
  return sum === 0 ? 1 : smallest / sum;
}

interface Node {
  sizeBytes: number;
  isDirectory: boolean;
  readonly children: Map<string, Node>;
}

function newNode(): Node {
  return { sizeBytes: 0, isDirectory: false, children: new Map() };
}

/** One layer as dive's tree: whiteouts are files with their stored names, and a directory without an entry is nothing yet. */
function treeOf(layer: LayerIndex): Node {
  const tree = newNode();
  for (const entry of layer.entries()) {
    const path = storedPath(entry);
    if (path === '') continue;
    let node: Node | undefined = tree;
    for (const name of path.split('/')) {
      if (name.startsWith('.wh..wh..')) {
        node = undefined;
        break;
      }
      node = childOf(node, name);
    }
    if (node === undefined) continue;
    node.sizeBytes = entry.sizeBytes;
    node.isDirectory = entry.type === 'directory';
  }
  return tree;
}

function storedPath({ path, type }: LayerEntry): string {
  if (type === 'opaque-whiteout') return `${path}/.wh..wh..opq`;
  if (type !== 'whiteout') return path;
  const nameAt = path.lastIndexOf('/') + 1;
  return `${path.slice(0, nameAt)}${whiteoutPrefix}${path.slice(nameAt)}`;
}

const whiteoutPrefix = '.wh.';

function childOf(parent: Node, name: string): Node {
  let child = parent.children.get(name);
  if (child === undefined) {
    child = newNode();
    parent.children.set(name, child);
  }
  return child;
}

interface Visit {
  readonly tree: Node;
  /** What the layers below show. */
  readonly below: Node;
  readonly seen: Map<string, Seen>;
}

function visitLeaves({ tree, below, seen }: Visit): void {
  for (const { path, name, node } of childrenFirst(tree, '')) {
    if (node.children.size > 0) continue;
    const isWhiteout = name.startsWith(whiteoutPrefix);
    const shown = isWhiteout
      ? `${path.slice(0, path.length - name.length)}${name.slice(whiteoutPrefix.length)}`
      : path;
    const one = seen.get(shown) ?? { count: 0, sumBytes: 0, smallestBytes: -1 };
    seen.set(shown, one);
    const sizeBytes = isWhiteout ? hiddenBytes(below, shown) : node.sizeBytes;
    if (sizeBytes === undefined) return;
    one.count += 1;
    one.sumBytes += sizeBytes;
    if (one.smallestBytes < 0 || sizeBytes < one.smallestBytes) one.smallestBytes = sizeBytes;
  }
}

/** The bytes below a directory that a whiteout hides, 0 for anything else; undefined where there is nothing to hide. */
function hiddenBytes(below: Node, path: string): number | undefined {
  const node = findNode(below, path);
  if (node === undefined) return undefined;
  return node.isDirectory ? bytesBelow(node) : 0;
}

function bytesBelow(node: Node): number {
  let sum = node.sizeBytes;
  for (const child of node.children.values()) sum += bytesBelow(child);
  return sum;
}

function findNode(root: Node, path: string): Node | undefined {
  let node: Node | undefined = root;
  for (const name of path.split('/')) {
    if (name !== '') node = node?.children.get(name);
  }
  return node;
}

/** Puts a layer on what lies below, as dive does: a file over a directory keeps the children. */
function stack(tree: Node, below: Node): void {
  for (const { path, name, node } of childrenFirst(tree, '')) {
    const parent = path.slice(0, path.length - name.length);
    if (name.startsWith(whiteoutPrefix)) {
      findNode(below, parent)?.children.delete(name.slice(whiteoutPrefix.length));
      continue;
    }
    let target = below;
    for (const part of path.split('/')) if (part !== '') target = childOf(target, part);
    target.sizeBytes = node.sizeBytes;
    target.isDirectory = node.isDirectory;
  }
}

interface Place {
  /** With a leading slash. */
  readonly path: string;
  readonly name: string;
  readonly node: Node;
}

function* childrenFirst(parent: Node, parentPath: string): Generator<Place> {
  for (const name of [...parent.children.keys()].sort()) {
    const node = parent.children.get(name);
    if (node === undefined) continue;
    const path = `${parentPath}/${name}`;
    if (node.children.size > 0) yield* childrenFirst(node, path);
    yield { path, name, node };
  }
}
