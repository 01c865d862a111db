import type { LayerEntry, LayerIndex } from '../filetree/index.ts';

/** What a path is after an event. */
export const eventKinds = { gone: 0, directory: 1, file: 2, other: 3 } as const;

/**
 * Every path that any layer has ever had, as one tree, and what each layer did to it, in columns: the file system after any layer
 * can be told from it, so that no layer needs a tree of its own. Node 0 is the root; a node's number is greater than its parent's.
 */
export interface FileHistory {
  readonly layers: readonly LayerIndex[];
  readonly nodeCount: number;
  /** -1 for the root. */
  readonly parents: Int32Array;
  readonly names: readonly string[];
  /** The children of node n, by name: `childList` from `childStarts[n]` to `childStarts[n + 1]`. */
  readonly childStarts: Uint32Array;
  readonly childList: Uint32Array;
  /** By node: its place among all paths in order. */
  readonly pathRanks: Uint32Array;
  /** The latest event of each node. */
  readonly lastEvents: Int32Array;
  /** The event of the same node before this one, -1 for none. */
  readonly previousEvents: Int32Array;
  readonly eventNodes: Uint32Array;
  readonly eventLayers: Uint32Array;
  /** The entry in the layer's index; -1 where there is none: what is gone, and directories that no layer has an entry for. */
  readonly eventPositions: Int32Array;
  /** Numbers of `eventKinds`. */
  readonly eventKinds: Uint8Array;
  /** Bytes of content that the layer stores. */
  readonly eventSizes: Float64Array;
  /** Contents that hard links gave several names. */
  readonly linked: LinkedContents;
}

/** Contents with several names, whose bytes belong to one of those that are there. */
export interface LinkedContents {
  /** By event, where it names such a content: the content's number. */
  readonly ofEvent: ReadonlyMap<number, number>;
  /** By content: the event of the file that brought it, and its bytes. */
  readonly contents: readonly { readonly event: number; readonly sizeBytes: number }[];
}

/** The event that made node `node` what it is after `layer`, or -1; it may be one of the kind `gone`. */
export function eventAt(history: FileHistory, node: number, layer: number): number {
  let event = history.lastEvents[node] ?? -1;
  while (event >= 0 && (history.eventLayers[event] ?? 0) > layer) event = history.previousEvents[event] ?? -1;
  return event;
}

/** True where the path is there after the event. */
export function isPresent(history: FileHistory, event: number): boolean {
  return event >= 0 && history.eventKinds[event] !== eventKinds.gone;
}

/** The path of a node without a leading slash; the root's is ''. */
export function pathOf(history: FileHistory, node: number): string {
  const parts: string[] = [];
  for (let at = node; at > 0; at = history.parents[at] ?? 0) parts.push(history.names[at] ?? '');
  return parts.reverse().join('/');
}

/** What a layer says of a path; a directory that no layer has an entry for belongs to root. */
export function entryOf(history: FileHistory, event: number): LayerEntry | undefined {
  if (!isPresent(history, event)) return undefined;
  const position = history.eventPositions[event] ?? -1;
  if (position >= 0) return history.layers[history.eventLayers[event] ?? 0]?.entry(position);
  const path = pathOf(history, history.eventNodes[event] ?? 0);
  return { path, type: 'directory', sizeBytes: 0, mode: 0o755, uid: 0, gid: 0, mtimeSeconds: 0 };
}

/** Gives a look-up of paths that remembers directories: many paths of one directory cost little. -1 for unknown paths. */
export function pathFinder(history: FileHistory): (path: string) => number {
  const directories = new Map<string, number>([['', 0]]);
  const find = (path: string): number => {
    if (path === '') return 0;
    const slash = path.lastIndexOf('/');
    const parent = directoryAt(path.slice(0, Math.max(slash, 0)));
    return parent < 0 ? -1 : childNamed(history, parent, path.slice(slash + 1));
  };
  const directoryAt = (path: string): number => {
    const known = directories.get(path);
    if (known !== undefined) return known;
    const node = find(path);
    directories.set(path, node);
    return node;
  };
  return find;
}

function childNamed(history: FileHistory, node: number, name: string): number {
  let low = history.childStarts[node] ?? 0;
  let high = (history.childStarts[node + 1] ?? 0) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const child = history.childList[middle] ?? 0;
    const found = history.names[child] ?? '';
    if (found === name) return child;
    if (found < name) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
