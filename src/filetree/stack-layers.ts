import { defaultMaxCharacters, ExcessError } from './image-limits.ts';
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
  nodesBelow,
  pathCharacters,
  rootNode,
  unlink,
} from './path-tree.ts';
import type { BuriedEntry, EntryPlace, RootFileSystem } from './root-file-system.ts';
import { isSameContent, isSameMetadata } from './same-content.ts';
import { type StackOptions, showRoot } from './show-root.ts';

/**
 * Stacks layers, lowest first, as the OCI image-spec (layer.md, "Applying Changesets") has them applied: a whiteout hides
 * what lower layers have, never what its own layer brings; directories merge; anything else replaces what was there, with
 * all below it. Stored bytes are dead once no link to them is left.
 *
 * A file written again counts as `metadata-only` or `unchanged` when both copies have the same content hash; where they were not hashed, the
 * same size and fingerprint; and for smaller files the same size and modification time: `chown` and `chmod` keep both, and
 * a real change of content hardly does. The cost grows with the number of entries, however many layers they are in.
 */
export function stackLayers(layers: readonly LayerIndex[], options: StackOptions = {}): RootFileSystem {
  const stack = new LayerStack(layers);
  for (const position of layers.keys()) stack.apply(position);
  return stack.finish(options);
}

const typeNumber = (type: LayerEntry['type']): number => entryTypes.indexOf(type);
const [directoryType, hardlinkType] = [typeNumber('directory'), typeNumber('hardlink')];
const [whiteoutType, opaqueType] = [typeNumber('whiteout'), typeNumber('opaque-whiteout')];

type Burial = Pick<BuriedEntry, 'reason'> & { readonly layer: number };

class LayerStack {
  readonly #layers: readonly LayerIndex[];
  readonly #columns: readonly LayerColumns[];
  readonly #root: Node = rootNode();
  readonly #buried: BuriedEntry[] = [];
  #deadBytes = 0;
  #visibleBytes = 0;
  #impliedCount = 0;

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

  finish(options: StackOptions): RootFileSystem {
    const { maxCharacters = defaultMaxCharacters } = options;
    if (pathCharacters(this.#root) > maxCharacters) {
      throw new ExcessError(`paths of more than ${maxCharacters.toLocaleString('en')} characters`);
    }
    return showRoot(
      {
        layers: this.#layers,
        columns: this.#columns,
        root: this.#root,
        buried: this.#buried,
        deadBytes: this.#deadBytes,
        visibleBytes: this.#visibleBytes,
      },
      options,
    );
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

  #hide(columns: LayerColumns, { layer, position }: EntryPlace): void {
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

  #place(
    columns: LayerColumns,
    parent: Node,
    at: EntryPlace & { readonly lowerTarget: Content | undefined },
  ): void {
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
    at: EntryPlace & { readonly lowerTarget: Content | undefined },
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
        child = this.#impliedDirectory(name, node, layer);
        node.children?.set(name, child);
      }
      node = child;
    }
    return node;
  }

  /** One entry can imply thousands. */
  #impliedDirectory(name: string, parent: Node, layer: number): Node {
    this.#impliedCount += 1;
    if (this.#impliedCount > mostImplied) {
      throw new ExcessError(`more than ${mostImplied.toLocaleString('en')} directories without an entry`);
    }
    return directoryNode(name, parent, { layer, position: -1 });
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

  #bury(dead: EntryPlace, by: Burial): void {
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
    const [first, second] = [
      [old, before.position],
      [young, after.position],
    ] as const;
    if (!isSameContent(first, second)) return 'overwritten';
    return isSameMetadata(first, second) ? 'unchanged' : 'metadata-only';
  }
}

const mostImplied = 2_000_000;

const noTargets: ReadonlyMap<number, Content> = new Map();

function isWhiteout(type: number | undefined): boolean {
  return type === whiteoutType || type === opaqueType;
}

function moveTo(directory: Node, { layer, position }: EntryPlace): void {
  directory.layer = layer;
  directory.position = position;
}
