import { rowNumberOfGroup } from './group-rows.ts';
import type { GroupList } from './model.ts';
import { keepInSight, moveCursor, withList } from './move.ts';
import { withToggled } from './reveal.ts';
import {
  allClosed,
  type BrowseState,
  groupRowsOf,
  isDirectory,
  selectedGroupRow,
  treeRowsOf,
} from './state.ts';
import { type Folds, isOpen } from './tree-rows.ts';

/** Opens or closes the directory or the group under the cursor. */
export function toggleFold(state: BrowseState): BrowseState {
  if (state.view !== 'tree') return toggleGroup(state, state.view);
  const { cursor } = state.tree;
  if (cursor === 0 || !isDirectory(state, cursor)) return state;
  return keepInSight(withToggled(state, [cursor]));
}

/** Opens all directories, or closes them when all are open; in a list, the same with groups. */
export function toggleAllFolds(state: BrowseState): BrowseState {
  if (state.view !== 'tree') {
    const list = state.lists[state.view];
    const all = new Set(state.model.groups[state.view].keys());
    const exceptions = list.exceptions.size > 0 ? new Set<number>() : all;
    return keepInSight({
      ...state,
      lists: { ...state.lists, [state.view]: { ...list, exceptions, cursor: 0 } },
    });
  }
  if (state.filter?.result !== undefined) {
    const hasExceptions = state.filterFolds.exceptions.size > 0;
    const leading = leadingNodes(state.filter.result.leads);
    const filterFolds = hasExceptions ? allClosed : { ...allClosed, exceptions: new Set(leading) };
    return keepInSight({ ...state, filterFolds });
  }
  const { isAllOpen, exceptions } = state.folds;
  const folds: Folds = { isAllOpen: exceptions.size > 0 ? isAllOpen : !isAllOpen, exceptions: new Set() };
  return keepInSight({ ...state, folds });
}

function leadingNodes(leads: Uint8Array): number[] {
  const nodes: number[] = [];
  for (let node = leads.indexOf(1); node !== -1; node = leads.indexOf(1, node + 1)) nodes.push(node);
  return nodes;
}

/** Opens what is under the cursor; goes into it when it is open. */
export function open(state: BrowseState): BrowseState {
  if (state.view !== 'tree') {
    const row = selectedGroupRow(state);
    if (row === undefined || row.member !== undefined) return state;
    return row.shown.isOpen ? moveCursor(state, 'down') : toggleFold(state);
  }
  const { cursor } = state.tree;
  if (cursor === 0 || !isDirectory(state, cursor)) return state;
  const rows = treeRowsOf(state);
  if (!isOpen(rows.shape, cursor)) return toggleFold(state);
  return (rows.counts[cursor] ?? 0) > 1 ? moveCursor(state, 'down') : state;
}

/** Closes what is under the cursor; goes to what it is in when it is closed. */
export function close(state: BrowseState): BrowseState {
  if (state.view !== 'tree') {
    const row = selectedGroupRow(state);
    if (row === undefined) return state;
    if (row.member === undefined) return row.shown.isOpen ? toggleFold(state) : state;
    return withList(state, state.view, rowNumberOfGroup(groupRowsOf(state, state.view), row.shown.number));
  }
  const { cursor } = state.tree;
  const rows = treeRowsOf(state);
  if (isDirectory(state, cursor) && isOpen(rows.shape, cursor) && (rows.counts[cursor] ?? 0) > 1) {
    return toggleFold(state);
  }
  const parent = state.model.history.parents[cursor] ?? 0;
  return parent > 0 ? keepInSight({ ...state, tree: { ...state.tree, cursor: parent } }) : state;
}

function toggleGroup(state: BrowseState, list: GroupList): BrowseState {
  const row = selectedGroupRow(state);
  if (row === undefined) return state;
  const { number } = row.shown;
  const exceptions = new Set(state.lists[list].exceptions);
  if (!exceptions.delete(number)) exceptions.add(number);
  const cursor = rowNumberOfGroup(groupRowsOf(state, list), number);
  return keepInSight({
    ...state,
    lists: { ...state.lists, [list]: { ...state.lists[list], exceptions, cursor } },
  });
}
