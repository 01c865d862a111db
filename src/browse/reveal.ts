import { changeOf } from './layer-view.ts';
import { keepInSight } from './move.ts';
import { allClosed, type BrowseState, treeRowsOf, viewOf } from './state.ts';
import { closedAbove } from './tree-rows.ts';

/**
 * Puts the tree's cursor on a node and opens the directories above it; a filter or a toggle that hides the node ends. A node that is
 * not in the view leaves its directory selected.
 */
export function reveal(state: BrowseState, node: number): BrowseState {
  const free = withoutHiding(state, node);
  const closed = closedAbove(treeRowsOf(free), node);
  return keepInSight({ ...withToggled(free, closed), tree: { ...state.tree, cursor: node } });
}

function withoutHiding(state: BrowseState, node: number): BrowseState {
  const change = changeOf(viewOf(state), node);
  const hidden = new Set(state.hidden);
  const isFiltered = state.filter?.result !== undefined && state.filter.result.matches[node] === 0;
  return {
    ...state,
    ...(change !== undefined && hidden.delete(change) && { hidden }),
    ...(isFiltered && { filter: undefined, filterFolds: allClosed }),
  };
}

/** Opens the closed ones of some directories and closes the open ones. */
export function withToggled(state: BrowseState, nodes: readonly number[]): BrowseState {
  const which = state.filter?.result === undefined ? 'folds' : 'filterFolds';
  const exceptions = new Set(state[which].exceptions);
  for (const node of nodes) if (!exceptions.delete(node)) exceptions.add(node);
  return { ...state, [which]: { ...state[which], exceptions } };
}
