import type { LayerEntry, LayerIndex } from '../filetree/index.ts';
import { childColumns, rankPaths } from './child-columns.ts';
import { eventKinds, type FileHistory } from './file-history.ts';
import { LinkedNames } from './linked-names.ts';

/**
 * Lays all layers, lowest first, into one history, by the rules of the OCI image-spec (layer.md): whiteouts hide what lower layers
 * have, directories merge, anything else replaces what was there with all below it. The cost grows with entries and with paths
 * that go, never with their product.
 */
export function buildHistory(layers: readonly LayerIndex[]): FileHistory {
  const builder = new HistoryBuilder(layers);
  for (const position of layers.keys()) builder.apply(position);
  return builder.finish();
}

const none = -1;

interface Happening {
  readonly layer: number;
  readonly position: number;
  readonly kind: number;
  readonly sizeBytes: number;
}

class HistoryBuilder {
  readonly #layers: readonly LayerIndex[];
  readonly #parents: number[] = [none];
  readonly #names: string[] = [''];
  readonly #children: (Map<string, number> | undefined)[] = [undefined];
  // Those children that are there now, as linked lists, so that hiding a directory costs what it hides.
  readonly #firstPresent: number[] = [none];
  readonly #nextPresent: number[] = [none];
  readonly #beforePresent: number[] = [none];
  readonly #lastEvents: number[] = [none];
  readonly #previousEvents: number[] = [];
  readonly #eventNodes: number[] = [];
  readonly #eventLayers: number[] = [];
  readonly #eventPositions: number[] = [];
  readonly #eventKinds: number[] = [];
  readonly #eventSizes: number[] = [];
  readonly #links = new LinkedNames();
  // Entries of one directory mostly follow each other.
  #directoryPath = '';
  #directoryNode = 0;

  constructor(layers: readonly LayerIndex[]) {
    this.#layers = layers;
    this.#happen(0, { layer: 0, position: none, kind: eventKinds.directory, sizeBytes: 0 });
  }

  apply(layer: number): void {
    const index = this.#layers[layer];
    if (index === undefined) return;
    for (const entry of index.entries()) {
      if (entry.type === 'whiteout' || entry.type === 'opaque-whiteout') this.#hide(entry, layer);
    }
    this.#directoryPath = '';
    this.#directoryNode = 0;
    let position = 0;
    for (const entry of index.entries()) {
      if (entry.type !== 'whiteout' && entry.type !== 'opaque-whiteout') this.#place(entry, layer, position);
      position += 1;
    }
  }

  finish(): FileHistory {
    const { childStarts, childList } = childColumns(this.#parents, this.#names);
    return {
      layers: this.#layers,
      nodeCount: this.#parents.length,
      parents: Int32Array.from(this.#parents),
      names: this.#names,
      childStarts,
      childList,
      pathRanks: rankPaths(childStarts, childList),
      lastEvents: Int32Array.from(this.#lastEvents),
      previousEvents: Int32Array.from(this.#previousEvents),
      eventNodes: Uint32Array.from(this.#eventNodes),
      eventLayers: Uint32Array.from(this.#eventLayers),
      eventPositions: Int32Array.from(this.#eventPositions),
      eventKinds: Uint8Array.from(this.#eventKinds),
      eventSizes: Float64Array.from(this.#eventSizes),
      linked: this.#links.finish(),
    };
  }

  #hide(whiteout: LayerEntry, layer: number): void {
    const node = this.#find(whiteout.path);
    if (node === none) return;
    if (whiteout.type === 'opaque-whiteout') this.#removeBelow(node, layer);
    else if (node !== 0) this.#remove(node, layer);
  }

  #place(entry: LayerEntry, layer: number, position: number): void {
    const isDirectory = entry.type === 'directory';
    const kind = isDirectory
      ? eventKinds.directory
      : entry.type === 'file'
        ? eventKinds.file
        : eventKinds.other;
    const happening = { layer, position, kind, sizeBytes: entry.sizeBytes };
    if (entry.path === '') {
      if (isDirectory) this.#happen(0, happening);
      return;
    }
    const slash = entry.path.lastIndexOf('/');
    const parent = this.#directory(entry.path.slice(0, Math.max(slash, 0)), layer);
    const node = this.#child(parent, entry.path.slice(slash + 1));
    if (this.#kindOf(node) === eventKinds.directory) {
      if (isDirectory && this.#isSameDirectory(node, entry)) return;
      if (!isDirectory) {
        this.#removeBelow(node, layer);
        this.#directoryPath = '';
        this.#directoryNode = 0;
      }
    }
    const target = entry.type === 'hardlink' ? this.#contentAt(entry.linkTarget ?? '') : none;
    const event = this.#happen(node, happening);
    if (target !== none && target !== event) {
      this.#links.add(event, target, this.#eventSizes[target] ?? 0);
    }
  }

  /** The event of the file, or of another link to it, at a path; what this layer has removed can be linked to all the same. */
  #contentAt(path: string): number {
    let node = 0;
    for (const name of path.split('/')) {
      if (name !== '') node = this.#children[node]?.get(name) ?? none;
      if (node === none) return none;
    }
    const last = this.#lastEvents[node] ?? none;
    const event = this.#eventKinds[last] === eventKinds.gone ? (this.#previousEvents[last] ?? none) : last;
    return (this.#eventKinds[event] ?? eventKinds.gone) <= eventKinds.directory ? none : event;
  }

  /** The directory at `path`, made where there is none; whatever else is there makes way. */
  #directory(path: string, layer: number): number {
    if (path === this.#directoryPath) return this.#directoryNode;
    let node = 0;
    for (const name of path.split('/')) {
      if (name === '') continue;
      node = this.#child(node, name);
      if (this.#kindOf(node) !== eventKinds.directory) {
        this.#happen(node, { layer, position: none, kind: eventKinds.directory, sizeBytes: 0 });
      }
    }
    this.#directoryPath = path;
    this.#directoryNode = node;
    return node;
  }

  #isSameDirectory(node: number, entry: LayerEntry): boolean {
    const event = this.#lastEvents[node] ?? none;
    const position = this.#eventPositions[event] ?? none;
    if (position === none) return false;
    const before = this.#layers[this.#eventLayers[event] ?? 0]?.entry(position);
    return before?.mode === entry.mode && before.uid === entry.uid && before.gid === entry.gid;
  }

  #kindOf(node: number): number {
    return this.#eventKinds[this.#lastEvents[node] ?? none] ?? eventKinds.gone;
  }

  #find(path: string): number {
    let node = 0;
    for (const name of path.split('/')) {
      if (name === '') continue;
      node = this.#children[node]?.get(name) ?? none;
      if (node === none || this.#kindOf(node) === eventKinds.gone) return none;
    }
    return node;
  }

  #child(parent: number, name: string): number {
    let children = this.#children[parent];
    if (children === undefined) {
      children = new Map();
      this.#children[parent] = children;
    }
    const known = children.get(name);
    if (known !== undefined) return known;
    const node = this.#parents.length;
    children.set(name, node);
    this.#parents.push(parent);
    this.#names.push(name);
    this.#children.push(undefined);
    this.#firstPresent.push(none);
    this.#nextPresent.push(none);
    this.#beforePresent.push(none);
    this.#lastEvents.push(none);
    return node;
  }

  #remove(node: number, layer: number): void {
    this.#removeBelow(node, layer);
    this.#happen(node, { layer, position: none, kind: eventKinds.gone, sizeBytes: 0 });
  }

  #removeBelow(top: number, layer: number): void {
    const pending = [top];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      for (let child = this.#firstPresent[node] ?? none; child !== none; ) {
        const next = this.#nextPresent[child] ?? none;
        pending.push(child);
        this.#happen(child, { layer, position: none, kind: eventKinds.gone, sizeBytes: 0 });
        child = next;
      }
    }
  }

  #happen(node: number, { layer, position, kind, sizeBytes }: Happening): number {
    const wasPresent = this.#kindOf(node) !== eventKinds.gone;
    const last = this.#lastEvents[node] ?? none;
    // Of what one layer does to a path, only the outcome counts.
    const isAgain = last !== none && this.#eventLayers[last] === layer;
    const event = isAgain ? last : this.#eventNodes.length;
    if (!isAgain) {
      this.#previousEvents.push(last);
      this.#eventNodes.push(node);
      this.#eventLayers.push(layer);
      this.#lastEvents[node] = event;
    } else {
      this.#links.forget(event);
    }
    this.#eventPositions[event] = position;
    this.#eventKinds[event] = kind;
    this.#eventSizes[event] = sizeBytes;
    if (node !== 0 && wasPresent !== (kind !== eventKinds.gone)) this.#listPresent(node, !wasPresent);
    return event;
  }

  #listPresent(node: number, isNowPresent: boolean): void {
    const parent = this.#parents[node] ?? 0;
    if (isNowPresent) {
      const first = this.#firstPresent[parent] ?? none;
      this.#nextPresent[node] = first;
      this.#beforePresent[node] = none;
      if (first !== none) this.#beforePresent[first] = node;
      this.#firstPresent[parent] = node;
      return;
    }
    const [before, next] = [this.#beforePresent[node] ?? none, this.#nextPresent[node] ?? none];
    if (before === none) this.#firstPresent[parent] = next;
    else this.#nextPresent[before] = next;
    if (next !== none) this.#beforePresent[next] = before;
  }
}

/** The children of every node, by name. */
