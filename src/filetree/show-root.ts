import type { LayerColumns } from './layer-columns.ts';
import type { LayerEntry, LayerIndex } from './layer-index.ts';
import { findNode, type Node, nodeFinder, nodesBelow, pathOf } from './path-tree.ts';
import type { EntryPlace, RootFileSystem, VisibleEntry } from './root-file-system.ts';

/** How a tree is kept. */
export interface StackOptions {
  /** Make each visible entry anew whenever it is asked for: walks take longer, and the tree a third of the memory. */
  readonly forgetsEntries?: boolean | undefined;
  /** The most characters that its paths may have together. Default 512 Mi. */
  readonly maxCharacters?: number;
}

/** All layers applied to one tree, which does not change any more. */
export interface StackedTree
  extends Pick<RootFileSystem, 'layers' | 'buried' | 'deadBytes' | 'visibleBytes'> {
  /** The layers' columns, lowest first. */
  readonly columns: readonly LayerColumns[];
  readonly root: Node;
}

/** The file system that a tree shows. */
export function showRoot(tree: StackedTree, { forgetsEntries = false }: StackOptions): RootFileSystem {
  const { layers, columns, root, buried, deadBytes, visibleBytes } = tree;
  const show = (node: Node): VisibleEntry => {
    if (forgetsEntries) return visibleEntry(layers, node);
    node.shown ??= visibleEntry(layers, node);
    return node.shown;
  };
  function* walk(): Generator<VisibleEntry> {
    for (const node of nodesBelow(root)) yield show(node);
  }
  const find = nodeFinder(root);
  let all: readonly VisibleEntry[] | undefined;
  let captured: readonly string[] | undefined;
  return {
    layers,
    buried,
    deadBytes,
    visibleBytes,
    get(path) {
      const node = find(path);
      return node && show(node);
    },
    sizeOf(path) {
      const node = find(path);
      return node && sizeOfNode(columns, node);
    },
    placeOf(path) {
      const node = find(path);
      return node && placeOfNode(node);
    },
    namesIn: (path) => findNode(root, path)?.children?.keys() ?? [],
    entries() {
      if (forgetsEntries) return walk();
      // An audit goes through all entries several times.
      all ??= [...walk()];
      return all.values();
    },
    content(path) {
      const content = find(path)?.content;
      return content && layers[content.layer]?.contentAt(content.position);
    },
    captured() {
      captured ??= capturedPaths(columns, root);
      return captured;
    },
  };
}

function placeOfNode(node: Node): EntryPlace | undefined {
  const { layer, position } = node.content?.owner === node ? node.content : node;
  return position === -1 ? undefined : { layer, position };
}

function sizeOfNode(columns: readonly LayerColumns[], node: Node): number {
  const { layer, position } = node.content?.owner === node ? node.content : node;
  return columns[layer]?.sizes[position] ?? 0;
}

function capturedPaths(columns: readonly LayerColumns[], root: Node): readonly string[] {
  const captured = columns.map(({ contents }) => new Set(contents.positions));
  const paths: string[] = [];
  for (const node of nodesBelow(root)) {
    const { content } = node;
    if (content && captured[content.layer]?.has(content.position)) paths.push(pathOf(node));
  }
  return paths.sort();
}

function visibleEntry(layers: readonly LayerIndex[], node: Node): VisibleEntry {
  const { content } = node;
  if (content?.owner === node) {
    const entry = entryIn(layers, content);
    const isOwnEntry = content.layer === node.layer && content.position === node.position;
    // A hard link whose first name is gone is the file now.
    return { entry: isOwnEntry ? entry : { ...entry, path: pathOf(node) }, layer: content.layer };
  }
  if (node.position === -1) return { entry: impliedDirectory(pathOf(node)), layer: node.layer };
  const entry = entryIn(layers, node);
  const target = content?.owner;
  return {
    entry: target === undefined ? entry : { ...entry, linkTarget: pathOf(target) },
    layer: node.layer,
  };
}

function entryIn(layers: readonly LayerIndex[], { layer, position }: EntryPlace): LayerEntry {
  const entry = layers[layer]?.entry(position);
  if (entry === undefined) throw new RangeError(`layer ${layer} has no entry ${position}`);
  return entry;
}

/** Container engines make a directory that a layer has files in but no entry for, owned by root. */
function impliedDirectory(path: string): LayerEntry {
  return { path, type: 'directory', sizeBytes: 0, mode: 0o755, uid: 0, gid: 0, mtimeSeconds: 0 };
}
