import { groupRowsFrom } from './group-rows.ts';
import type { GroupList } from './model.ts';
import { type BrowseState, groupRowsOf, layoutOf, treeRowsOf } from './state.ts';
import { rowNumberOf, rowsFrom, shownNodeFor } from './tree-rows.ts';

/** Ways to move in a list. */
export type Move = 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last';

/** Moves the cursor of the pane in use. */
export function moveCursor(state: BrowseState, move: Move): BrowseState {
  const { bodyRows, layerRows } = layoutOf(state);
  if (state.focus === 'layers') {
    const count = state.model.history.layers.length;
    return keepInSight({
      ...state,
      layer: moved(state.layer, move, { count, page: layerRows }),
    });
  }
  if (state.view !== 'tree') {
    const { rowCount } = groupRowsOf(state, state.view);
    const cursor = moved(state.lists[state.view].cursor, move, { count: rowCount, page: bodyRows });
    return withList(state, state.view, cursor);
  }
  const rows = treeRowsOf(state);
  const from = rowNumberOf(rows, state.orders.tree, state.tree.cursor);
  const start = moved(from, move, { count: rows.counts[0] ?? 0, page: bodyRows });
  const [row] = rowsFrom(rows, state.orders.tree, { start, count: 1 });
  return keepInSight({ ...state, tree: { ...state.tree, cursor: row?.node ?? 0 } });
}

/** Selects another layer, from any pane. */
export function moveLayer(state: BrowseState, by: number): BrowseState {
  const last = Math.max(0, state.model.history.layers.length - 1);
  return keepInSight({ ...state, layer: Math.min(last, Math.max(0, state.layer + by)) });
}

/** Puts the cursor of a list of groups on a row. */
export function withList(state: BrowseState, list: GroupList, cursor: number): BrowseState {
  return keepInSight({ ...state, lists: { ...state.lists, [list]: { ...state.lists[list], cursor } } });
}

function moved(
  from: number,
  move: Move,
  { count, page }: { readonly count: number; readonly page: number },
): number {
  const step = Math.max(1, page - 1);
  const targets: Readonly<Record<Move, number>> = {
    up: from - 1,
    down: from + 1,
    'page-up': from - step,
    'page-down': from + step,
    first: 0,
    last: count - 1,
  };
  return Math.max(0, Math.min(count - 1, targets[move]));
}

/** Puts cursors on rows that are there, and scrolls so that they are seen; to be called after every change. */
export function keepInSight(state: BrowseState): BrowseState {
  const { bodyRows, layerRows } = layoutOf(state);
  const layers = { count: state.model.history.layers.length, page: layerRows };
  const scrolled = { ...state, layersTop: scroll(state.layersTop, state.layer, layers) };
  if (state.view !== 'tree') return keepListInSight(scrolled, state.view, bodyRows);
  const rows = treeRowsOf(state);
  const shown = shownNodeFor(rows, state.tree.cursor);
  const cursor =
    shown > 0 ? shown : (rowsFrom(rows, state.orders.tree, { start: 0, count: 1 })[0]?.node ?? 0);
  const number = rowNumberOf(rows, state.orders.tree, cursor);
  const top = scroll(state.tree.top, number, { count: rows.counts[0] ?? 0, page: bodyRows });
  return { ...scrolled, tree: { cursor, top } };
}

function keepListInSight(state: BrowseState, list: GroupList, page: number): BrowseState {
  const rows = groupRowsOf(state, list);
  const before = state.lists[list];
  const cursor = Math.max(0, Math.min(rows.rowCount - 1, before.cursor));
  const top = scroll(before.top, cursor, { count: rows.rowCount, page });
  return { ...state, lists: { ...state.lists, [list]: { ...before, cursor, top } } };
}

function scroll(
  top: number,
  cursor: number,
  { count, page }: { readonly count: number; readonly page: number },
): number {
  const seen = cursor < top ? cursor : cursor >= top + page ? cursor - page + 1 : top;
  return Math.max(0, Math.min(seen, count - page));
}

/** The rows of a list of groups that are on the screen. */
export function groupRowsInSight(state: BrowseState, list: GroupList): ReturnType<typeof groupRowsFrom> {
  const { bodyRows } = layoutOf(state);
  return groupRowsFrom(groupRowsOf(state, list), { start: state.lists[list].top, count: bodyRows });
}
