import type { LayerEntry, LayerIndex } from './layer-index.ts';
import type { BuriedEntry, RootFileSystem, VisibleEntry } from './root-file-system.ts';

/**
 * Stacks layers, lowest first, as the OCI image-spec (layer.md, "Applying Changesets") has them applied: a whiteout hides
 * what lower layers have, never what its own layer brings; directories merge; anything else replaces what was there, with
 * all below it. Stored bytes are dead once no link to them is left.
 *
 * A file written again counts as `metadata-only` when both copies have the same content hash or, where they were not
 * hashed, the same size and modification time: `chown` and `chmod` keep both, and a real change of content hardly does.
 */
export function stackLayers(layers: readonly LayerIndex[]): RootFileSystem {
  const stack = new LayerStack(layers);
  for (const position of layers.keys()) stack.apply(position);
  return stack.finish();
}

/** Stored bytes, and the names that lead to them. */
interface Content {
  readonly layer: number;
  readonly position: number;
  readonly entry: LayerEntry;
  /** The name that shows it as a file. */
  owner: Node | undefined;
  /** Further hard links. */
  readonly others: Set<Node>;
}

interface Node {
  readonly path: string;
  readonly name: string;
  readonly parent: Node | undefined;
  /** Present for directories only. */
  readonly children?: Map<string, Node>;
  layer: number;
  /** The entry in its layer; -1 for a directory that no layer has an entry for. */
  position: number;
  readonly content?: Content;
}

class LayerStack {
  readonly #layers: readonly LayerIndex[];
  readonly #root: Node = {
    path: '',
    name: '',
    parent: undefined,
    children: new Map(),
    layer: 0,
    position: -1,
  };
  readonly #buried: BuriedEntry[] = [];
  #deadBytes = 0;
  #visibleBytes = 0;

  constructor(layers: readonly LayerIndex[]) {
    this.#layers = layers;
  }

  apply(layer: number): void {
    const index = this.#layers[layer];
    if (index === undefined) return;
    // Links to lower layers are looked up before whiteouts take their targets away, and held until all is placed.
    const lowerTargets = this.#lowerTargets(index);
    const holds = [...lowerTargets.values()].map((content) => hold(content, layer));
    for (const entry of index.entries()) {
      if (entry.type === 'whiteout' || entry.type === 'opaque-whiteout') this.#hide(entry, layer);
    }
    let position = 0;
    for (const entry of index.entries()) {
      if (entry.type !== 'whiteout' && entry.type !== 'opaque-whiteout') {
        this.#place(entry, { layer, position, lowerTarget: lowerTargets.get(position) });
      }
      position += 1;
    }
    for (const node of holds) this.#unlink(node, { layer, reason: 'deleted' });
  }

  finish(): RootFileSystem {
    const root = this.#root;
    const layers = this.#layers;
    const show = (node: Node): VisibleEntry => visibleEntry(layers, node);
    return {
      layers,
      buried: this.#buried,
      deadBytes: this.#deadBytes,
      visibleBytes: this.#visibleBytes,
      get(path) {
        const node = findNode(root, path);
        return node && show(node);
      },
      *entries() {
        for (const node of nodesBelow(root)) yield show(node);
      },
      content(path) {
        const content = findNode(root, path)?.content;
        return content && layers[content.layer]?.content(content.entry.path);
      },
    };
  }

  #lowerTargets(index: LayerIndex): Map<number, Content> {
    const targets = new Map<number, Content>();
    const own = new Set<string>();
    let position = 0;
    for (const entry of index.entries()) {
      if (entry.type === 'hardlink' && entry.linkTarget !== undefined && !own.has(entry.linkTarget)) {
        const content = findNode(this.#root, entry.linkTarget)?.content;
        if (content) targets.set(position, content);
      }
      if (entry.type === 'file' || entry.type === 'hardlink') own.add(entry.path);
      position += 1;
    }
    return targets;
  }

  #hide(whiteout: LayerEntry, layer: number): void {
    const node = findNode(this.#root, whiteout.path);
    const by = { layer, reason: 'deleted' } as const;
    if (whiteout.type === 'opaque-whiteout') {
      for (const child of [...(node?.children?.values() ?? [])]) this.#remove(child, by);
    } else if (node !== undefined && node !== this.#root) {
      this.#remove(node, by);
    }
    // A whiteout is an empty file; whatever it holds all the same is never seen.
    if (whiteout.sizeBytes > 0)
      this.#bury({ ...by, path: whiteout.path, storedIn: layer, sizeBytes: whiteout.sizeBytes });
  }

  #place(
    entry: LayerEntry,
    at: { readonly layer: number; readonly position: number; readonly lowerTarget: Content | undefined },
  ): void {
    const { layer, position } = at;
    if (entry.path === '') {
      this.#placeRoot(entry, layer, position);
      return;
    }
    const slash = entry.path.lastIndexOf('/');
    const parent = this.#directory(entry.path.slice(0, Math.max(slash, 0)), layer);
    const name = entry.path.slice(slash + 1);
    const before = parent.children?.get(name);
    if (before?.children !== undefined && entry.type === 'directory') {
      before.layer = layer;
      before.position = position;
      return;
    }
    const content = this.#contentOf(entry, at);
    const node: Node = {
      path: entry.path,
      name,
      parent,
      layer,
      position,
      ...(entry.type === 'directory' && { children: new Map() }),
      ...(content && { content }),
    };
    // The new link first, so that content which both names share does not die in between.
    if (content) link(content, node);
    if (before) this.#remove(before, { layer, reason: replacement(before.content, content) });
    parent.children?.set(name, node);
  }

  #placeRoot(entry: LayerEntry, layer: number, position: number): void {
    if (entry.type !== 'directory') return;
    this.#root.layer = layer;
    this.#root.position = position;
  }

  #contentOf(
    entry: LayerEntry,
    at: { readonly layer: number; readonly position: number; readonly lowerTarget: Content | undefined },
  ): Content | undefined {
    if (entry.type === 'hardlink') {
      return at.lowerTarget ?? findNode(this.#root, entry.linkTarget ?? '')?.content;
    }
    if (entry.type !== 'file') return undefined;
    this.#visibleBytes += entry.sizeBytes;
    return { layer: at.layer, position: at.position, entry, owner: undefined, others: new Set() };
  }

  /** The directory at `path`, made where no layer has an entry for it; whatever else is there makes way. */
  #directory(path: string, layer: number): Node {
    let node = this.#root;
    if (path === '') return node;
    for (const name of path.split('/')) {
      let child = node.children?.get(name);
      if (child?.children === undefined) {
        if (child) this.#remove(child, { layer, reason: 'overwritten' });
        const childPath = node.path === '' ? name : `${node.path}/${name}`;
        child = { path: childPath, name, parent: node, children: new Map(), layer, position: -1 };
        node.children?.set(name, child);
      }
      node = child;
    }
    return node;
  }

  #remove(node: Node, by: { readonly layer: number; readonly reason: BuriedEntry['reason'] }): void {
    if (node.parent?.children?.get(node.name) === node) node.parent.children.delete(node.name);
    for (const below of [...nodesBelow(node)]) this.#unlink(below, { layer: by.layer, reason: 'deleted' });
    this.#unlink(node, by);
  }

  #unlink(node: Node, by: { readonly layer: number; readonly reason: BuriedEntry['reason'] }): void {
    const { content } = node;
    if (content === undefined) return;
    content.others.delete(node);
    if (content.owner !== node) return;
    const [heir] = content.others;
    content.owner = heir;
    if (heir) {
      content.others.delete(heir);
      return;
    }
    const { path, sizeBytes } = content.entry;
    this.#visibleBytes -= sizeBytes;
    if (sizeBytes > 0) this.#bury({ ...by, path, storedIn: content.layer, sizeBytes });
  }

  #bury(dead: {
    readonly path: string;
    readonly storedIn: number;
    readonly sizeBytes: number;
    readonly layer: number;
    readonly reason: BuriedEntry['reason'];
  }): void {
    const { path, storedIn, sizeBytes, layer, reason } = dead;
    this.#deadBytes += sizeBytes;
    this.#buried.push({ path, layer: storedIn, sizeBytes, buriedBy: layer, reason });
  }
}

/** A link without a place, which keeps content from dying. */
function hold(content: Content, layer: number): Node {
  const node: Node = { path: '', name: '', parent: undefined, layer, position: -1, content };
  link(content, node);
  return node;
}

function link(content: Content, node: Node): void {
  if (content.owner === undefined) content.owner = node;
  else content.others.add(node);
}

function replacement(before: Content | undefined, after: Content | undefined): BuriedEntry['reason'] {
  if (before === undefined || after === undefined) return 'overwritten';
  return isSameContent(before.entry, after.entry) ? 'metadata-only' : 'overwritten';
}

function isSameContent(one: LayerEntry, other: LayerEntry): boolean {
  if (one.sizeBytes !== other.sizeBytes) return false;
  if (one.contentHash !== undefined && other.contentHash !== undefined) {
    return one.contentHash === other.contentHash;
  }
  return one.mtimeSeconds === other.mtimeSeconds;
}

function findNode(root: Node, path: string): Node | undefined {
  let node: Node | undefined = root;
  for (const name of path.split('/')) {
    if (name === '') continue;
    node = node?.children?.get(name);
    if (node === undefined) return undefined;
  }
  return node;
}

function* nodesBelow(root: Node): Generator<Node> {
  const stack = [...(root.children?.values() ?? [])].reverse();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    yield node;
    if (node.children && node.children.size > 0) stack.push(...[...node.children.values()].reverse());
  }
}

function visibleEntry(layers: readonly LayerIndex[], node: Node): VisibleEntry {
  const { content } = node;
  if (content?.owner === node) {
    // A hard link whose first name is gone is the file now.
    const entry = content.entry.path === node.path ? content.entry : { ...content.entry, path: node.path };
    return { entry, layer: content.layer };
  }
  const entry = node.position === -1 ? impliedDirectory(node.path) : layers[node.layer]?.entry(node.position);
  if (entry === undefined) throw new RangeError(`layer ${node.layer} has no entry ${node.position}`);
  const target = content?.owner?.path;
  return { entry: target === undefined ? entry : { ...entry, linkTarget: target }, layer: node.layer };
}

/** Container engines make a directory that a layer has files in but no entry for, owned by root. */
function impliedDirectory(path: string): LayerEntry {
  return { path, type: 'directory', sizeBytes: 0, mode: 0o755, uid: 0, gid: 0, mtimeSeconds: 0 };
}
