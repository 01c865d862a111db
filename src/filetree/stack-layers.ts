import { columnsOf, entryTypes, type LayerColumns, pathAt } from './layer-columns.ts';
import { columnsFrom } from './layer-columns-builder.ts';
import type { LayerEntry, LayerIndex } from './layer-index.ts';
import {
  type Content,
  directoryNode,
  fileNode,
  findNode,
  hold,
  link,
  type Node,
  nodeFinder,
  nodesBelow,
  pathOf,
  rootNode,
  unlink,
} from './path-tree.ts';
import type { BuriedEntry, EntryPlace, RootFileSystem, VisibleEntry } from './root-file-system.ts';
import { isSameContent } from './same-content.ts';

/**
 * Stacks layers, lowest first, as the OCI image-spec (layer.md, "Applying Changesets") has them applied: a whiteout hides
 * what lower layers have, never what its own layer brings; directories merge; anything else replaces what was there, with
 * all below it. Stored bytes are dead once no link to them is left.
 *
 * A file written again counts as `metadata-only` when both copies have the same content hash; where they were not hashed, the
 * same size and fingerprint; and for smaller files the same size and modification time: `chown` and `chmod` keep both, and
 * a real change of content hardly does. The cost grows with the number of entries, however many layers they are in.
 */
export function stackLayers(layers: readonly LayerIndex[], options: StackOptions = {}): RootFileSystem {
  const stack = new LayerStack(layers);
  for (const position of layers.keys()) stack.apply(position);
  return stack.finish(options);
}

/** How a tree is kept. */
export interface StackOptions {
  /** Make each visible entry anew whenever it is asked for: walks take longer, and the tree a third of the memory. */
  readonly forgetsEntries?: boolean | undefined;
}

const typeNumber = (type: LayerEntry['type']): number => entryTypes.indexOf(type);
const [directoryType, hardlinkType] = [typeNumber('directory'), typeNumber('hardlink')];
const [whiteoutType, opaqueType] = [typeNumber('whiteout'), typeNumber('opaque-whiteout')];

/** An entry's place. */
interface At {
  readonly layer: number;
  readonly position: number;
}

type Burial = Pick<BuriedEntry, 'reason'> & { readonly layer: number };

class LayerStack {
  readonly #layers: readonly LayerIndex[];
  readonly #columns: readonly LayerColumns[];
  readonly #root: Node = rootNode();
  readonly #buried: BuriedEntry[] = [];
  #deadBytes = 0;
  #visibleBytes = 0;

  constructor(layers: readonly LayerIndex[]) {
    this.#layers = layers;
    this.#columns = layers.map((layer) => columnsOf(layer) ?? columnsFrom(layer));
  }

  apply(layer: number): void {
    const columns = this.#columns[layer];
    if (columns === undefined) return;
    const { types } = columns;
    // Links to lower layers are looked up before whiteouts take their targets away, and held until all is placed.
    const lowerTargets = types.includes(hardlinkType) ? this.#lowerTargets(columns) : noTargets;
    const holds = [...lowerTargets.values()].map((content) => hold(content, layer));
    for (let position = 0; position < types.length; position++) {
      if (isWhiteout(types[position])) this.#hide(columns, { layer, position });
    }
    // Each directory is looked up once, by its number.
    const directories: (Node | undefined)[] = [];
    for (let position = 0; position < types.length; position++) {
      if (isWhiteout(types[position])) continue;
      const number = columns.directories[position] ?? 0;
      let parent = directories[number];
      if (parent === undefined || parent.isGone) {
        parent = this.#directory(columns.strings[number] ?? '', layer);
        directories[number] = parent;
      }
      this.#place(columns, parent, { layer, position, lowerTarget: lowerTargets.get(position) });
    }
    for (const node of holds) this.#unlink(node, { layer, reason: 'deleted' });
  }

  finish({ forgetsEntries = false }: StackOptions): RootFileSystem {
    const root = this.#root;
    const layers = this.#layers;
    const columns = this.#columns;
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
      buried: this.#buried,
      deadBytes: this.#deadBytes,
      visibleBytes: this.#visibleBytes,
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

  #lowerTargets(columns: LayerColumns): Map<number, Content> {
    const targets = new Map<number, Content>();
    const own = new Set<string>();
    for (const [position, type] of columns.types.entries()) {
      const target = type === hardlinkType ? columns.strings[columns.links[position] ?? 0] : undefined;
      if (target !== undefined && !own.has(target)) {
        const content = findNode(this.#root, target)?.content;
        if (content) targets.set(position, content);
      }
      if (type !== directoryType && !isWhiteout(type)) own.add(pathAt(columns, position));
    }
    return targets;
  }

  #hide(columns: LayerColumns, { layer, position }: At): void {
    const path = pathAt(columns, position);
    const node = findNode(this.#root, path);
    const by: Burial = { layer, reason: 'deleted' };
    if (columns.types[position] === opaqueType) {
      for (const child of [...(node?.children?.values() ?? [])]) this.#remove(child, by);
    } else if (node !== undefined && node !== this.#root) {
      this.#remove(node, by);
    }
    // A whiteout is an empty file; whatever it holds all the same is never seen.
    this.#bury({ layer, position }, by);
  }

  #place(columns: LayerColumns, parent: Node, at: At & { readonly lowerTarget: Content | undefined }): void {
    const { layer, position } = at;
    const type = columns.types[position];
    const name = columns.strings[columns.names[position] ?? 0] ?? '';
    if (name === '') {
      if (type === directoryType) moveTo(parent, at);
      // Nothing but a directory can take the root's place.
      else this.#bury(at, { layer, reason: 'deleted' });
      return;
    }
    const before = parent.children?.get(name);
    if (before?.children !== undefined && type === directoryType) {
      moveTo(before, at);
      return;
    }
    const node =
      type === directoryType
        ? directoryNode(name, parent, at)
        : fileNode({ name, parent, layer, position }, this.#linkOf(columns, at));
    const { content } = node;
    // The new link first, so that content which both names share does not die in between.
    if (content) link(content, node);
    if (before) this.#remove(before, { layer, reason: this.#replacement(before.content, content) });
    parent.children?.set(name, node);
  }

  /** What a hard link leads to; undefined for an entry with content of its own. */
  #linkOf(
    columns: LayerColumns,
    at: At & { readonly lowerTarget: Content | undefined },
  ): { readonly content: Content | undefined } | undefined {
    if (columns.types[at.position] !== hardlinkType) {
      this.#visibleBytes += columns.sizes[at.position] ?? 0;
      return undefined;
    }
    const target = columns.strings[columns.links[at.position] ?? 0] ?? '';
    return { content: at.lowerTarget ?? findNode(this.#root, target)?.content };
  }

  /** The directory at `path`, made where no layer has an entry for it; whatever else is there makes way. */
  #directory(path: string, layer: number): Node {
    let node = this.#root;
    if (path === '') return node;
    for (const name of path.split('/')) {
      let child = node.children?.get(name);
      if (child?.children === undefined) {
        if (child) this.#remove(child, { layer, reason: 'overwritten' });
        child = directoryNode(name, node, { layer, position: -1 });
        node.children?.set(name, child);
      }
      node = child;
    }
    return node;
  }

  #remove(node: Node, by: Burial): void {
    if (node.parent?.children?.get(node.name) === node) node.parent.children.delete(node.name);
    for (const below of nodesBelow(node)) this.#unlink(below, { layer: by.layer, reason: 'deleted' });
    this.#unlink(node, by);
  }

  #unlink(node: Node, by: Burial): void {
    node.isGone = true;
    const { content } = node;
    if (content === undefined || !unlink(content, node)) return;
    this.#visibleBytes -= this.#columns[content.layer]?.sizes[content.position] ?? 0;
    this.#bury(content, by);
  }

  #bury(dead: At, by: Burial): void {
    const columns = this.#columns[dead.layer];
    const sizeBytes = columns?.sizes[dead.position] ?? 0;
    if (columns === undefined || sizeBytes === 0) return;
    this.#deadBytes += sizeBytes;
    const path = pathAt(columns, dead.position);
    this.#buried.push({ path, layer: dead.layer, sizeBytes, buriedBy: by.layer, reason: by.reason });
  }

  #replacement(before: Content | undefined, after: Content | undefined): BuriedEntry['reason'] {
    if (before === undefined || after === undefined) return 'overwritten';
    const [old, young] = [this.#columns[before.layer], this.#columns[after.layer]];
    if (old === undefined || young === undefined) return 'overwritten';
    const isSame = isSameContent([old, before.position], [young, after.position]);
    return isSame ? 'metadata-only' : 'overwritten';
  }
}

const noTargets: ReadonlyMap<number, Content> = new Map();

function isWhiteout(type: number | undefined): boolean {
  return type === whiteoutType || type === opaqueType;
}

function moveTo(directory: Node, { layer, position }: At): void {
  directory.layer = layer;
  directory.position = position;
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

function entryIn(layers: readonly LayerIndex[], { layer, position }: At): LayerEntry {
  const entry = layers[layer]?.entry(position);
  if (entry === undefined) throw new RangeError(`layer ${layer} has no entry ${position}`);
  return entry;
}

/** Container engines make a directory that a layer has files in but no entry for, owned by root. */
function impliedDirectory(path: string): LayerEntry {
  return { path, type: 'directory', sizeBytes: 0, mode: 0o755, uid: 0, gid: 0, mtimeSeconds: 0 };
}
