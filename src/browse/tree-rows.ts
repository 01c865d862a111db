import { eventKinds, type FileHistory } from './file-history.ts';
import { type Change, changeNumbers, type LayerView } from './layer-view.ts';
import { ascending } from './order.ts';
import type { FilterResult } from './text-filter.ts';

/** What rows are sorted by: the largest first, or by name. */
export type Order = 'name' | 'size';

/** Which directories are open: all or none, but for some. */
export interface Folds {
  readonly isAllOpen: boolean;
  readonly exceptions: ReadonlySet<number>;
}

/** What decides which rows a tree has. */
export interface TreeShape {
  readonly hidden: ReadonlySet<Change>;
  readonly filter: FilterResult | undefined;
  /** With a filter, directories that lead to a match are open, but for the exceptions. */
  readonly folds: Folds;
}

/** How many rows each node takes; the rows themselves are found on demand. */
export interface TreeRows {
  readonly history: FileHistory;
  readonly view: LayerView;
  readonly shape: TreeShape;
  /** By node: rows of the node and all below; 0 where it is not shown. The root has no row of its own. */
  readonly counts: Uint32Array;
}

/** One row of the tree. */
export interface TreeRow {
  readonly node: number;
  /** For every level but the first: whether more siblings follow there; the last is that of the node itself. */
  readonly hasMore: readonly boolean[];
  readonly isDirectory: boolean;
  readonly isOpen: boolean;
}

/** Counts the rows, in one pass over the nodes. */
export function countRows(history: FileHistory, view: LayerView, shape: TreeShape): TreeRows {
  const counts = new Uint32Array(history.nodeCount);
  const isHidden = new Uint8Array(changeNumbers.removed + 1);
  for (const change of shape.hidden) isHidden[changeNumbers[change]] = 1;
  const matches = shape.filter?.matches;
  const { parents } = history;
  for (let node = history.nodeCount - 1; node > 0; node--) {
    const state = view.states[node] ?? 0;
    if (state === 0) continue;
    const below = counts[node] ?? 0;
    const isWanted = isHidden[state] === 0 && (matches === undefined || matches[node] !== 0);
    const rows = below === 0 && !isWanted ? 0 : 1 + (below > 0 && isOpen(shape, node) ? below : 0);
    counts[node] = rows;
    const parent = parents[node] ?? 0;
    counts[parent] = (counts[parent] ?? 0) + rows;
  }
  return { history, view, shape, counts };
}

/** True where a directory's rows are shown. */
export function isOpen({ filter, folds }: TreeShape, node: number): boolean {
  const isOpenAtFirst = filter === undefined ? folds.isAllOpen : filter.leads[node] === 1;
  return isOpenAtFirst !== folds.exceptions.has(node);
}

/** The directories above a node that are closed. */
export function closedAbove(rows: TreeRows, node: number): number[] {
  const closed: number[] = [];
  for (let at = rows.history.parents[node] ?? -1; at > 0; at = rows.history.parents[at] ?? -1) {
    if (!isOpen(rows.shape, at)) closed.push(at);
  }
  return closed;
}

const sizeOrders = new WeakMap<LayerView, Map<number, Uint32Array>>();

/** The children of a node in order, whether they are shown or not. */
export function childrenOf(rows: TreeRows, node: number, order: Order): Uint32Array {
  const { history, view } = rows;
  const byName = history.childList.subarray(history.childStarts[node], history.childStarts[node + 1]);
  if (order === 'name' || byName.length < 2) return byName;
  const known = sizeOrders.get(view) ?? new Map<number, Uint32Array>();
  sizeOrders.set(view, known);
  const found = known.get(node);
  if (found !== undefined) return found;
  const keys = Float64Array.from(byName, (child) => -(view.totalBytes[child] ?? 0));
  const bySize = ascending(keys).map((position) => byName[position] ?? 0);
  known.set(node, bySize);
  return bySize;
}

/** The rows from number `start` on, at most `count`; only directories that have rows among them are looked at. */
export function rowsFrom(
  rows: TreeRows,
  order: Order,
  { start, count }: { readonly start: number; readonly count: number },
): TreeRow[] {
  const found: TreeRow[] = [];
  let skip = start;
  const visit = (directory: number, above: readonly boolean[]): void => {
    const children = childrenOf(rows, directory, order);
    const last = children.findLastIndex((child) => (rows.counts[child] ?? 0) > 0);
    for (let i = 0; i <= last && found.length < count; i++) {
      const node = children[i] ?? 0;
      const size = rows.counts[node] ?? 0;
      if (size <= skip) {
        skip -= size;
        continue;
      }
      const hasMore = [...above, i < last];
      if (skip > 0) skip -= 1;
      else found.push(rowOf(rows, node, hasMore));
      if (size > 1) visit(node, hasMore);
    }
  };
  visit(0, []);
  return found;
}

function rowOf({ history, view, shape }: TreeRows, node: number, hasMore: readonly boolean[]): TreeRow {
  const isDirectory = history.eventKinds[view.events[node] ?? -1] === eventKinds.directory;
  return { node, hasMore, isDirectory, isOpen: isDirectory && isOpen(shape, node) };
}

/** The number of the row of a node, or that of the closed directory which hides it; 0 where neither is shown. */
export function rowNumberOf(rows: TreeRows, order: Order, node: number): number {
  const shown = shownNodeFor(rows, node);
  let number = 0;
  for (let at = shown; at > 0; at = rows.history.parents[at] ?? 0) {
    const parent = rows.history.parents[at] ?? 0;
    for (const child of childrenOf(rows, parent, order)) {
      if (child === at) break;
      number += rows.counts[child] ?? 0;
    }
    if (parent > 0) number += 1;
  }
  return number;
}

/** The node itself where it has a row, else the lowest directory above it that has one; 0 where there is none. */
export function shownNodeFor(rows: TreeRows, node: number): number {
  const { history, shape, counts } = rows;
  let shown = node;
  for (let at = node; at > 0; at = history.parents[at] ?? 0) {
    if (counts[at] === 0) shown = history.parents[at] ?? 0;
    const parent = history.parents[at] ?? 0;
    if (parent > 0 && !isOpen(shape, parent)) shown = parent;
  }
  return shown;
}

/** The first row whose path matches by itself; 0 where there is none. */
export function firstMatch(rows: TreeRows, order: Order): number {
  const { filter } = rows.shape;
  if (filter === undefined) return 0;
  let directory = 0;
  for (;;) {
    let next = 0;
    for (const child of childrenOf(rows, directory, order)) {
      if (rows.counts[child] === 0) continue;
      if (filter.matches[child] === 2) return child;
      if (next === 0 && filter.leads[child] === 1 && isOpen(rows.shape, child)) next = child;
    }
    if (next === 0) return 0;
    directory = next;
  }
}
