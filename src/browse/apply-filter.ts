import { keepInSight } from './move.ts';
import { reveal } from './reveal.ts';
import { allClosed, type BrowseState, treeRowsOf } from './state.ts';
import { startFilter } from './text-filter.ts';
import { firstMatch } from './tree-rows.ts';

/** The state with another filter, which `advanceFilter` works off; without one for ''. */
export function withFilter(state: BrowseState, text: string): BrowseState {
  if (text === '') {
    const free: BrowseState = { ...state, filter: undefined, filterFolds: allClosed };
    // What was found stays selected.
    return state.filter === undefined || state.view !== 'tree'
      ? keepInSight(free)
      : reveal(free, state.tree.cursor);
  }
  const run = startFilter(state.model.history, text);
  return advanceFilter({
    ...state,
    filter: { text, run, result: state.filter?.result, isRunning: true },
  });
}

/** Goes over the next portion of paths while a filter is running; to be called until it is not. */
export function advanceFilter(state: BrowseState): BrowseState {
  const { filter } = state;
  if (filter === undefined || !filter.isRunning) return state;
  const result = filter.run.next();
  if (result === undefined) return state;
  const filtered: BrowseState = {
    ...state,
    filter: { ...filter, result, isRunning: false },
    filterFolds: allClosed,
    lists: {
      packages: { ...state.lists.packages, cursor: 0 },
      findings: { ...state.lists.findings, cursor: 0 },
    },
  };
  const rows = treeRowsOf(filtered);
  const isMatch = result.matches[state.tree.cursor] !== 0 && rows.counts[state.tree.cursor] !== 0;
  const cursor = isMatch ? state.tree.cursor : firstMatch(rows, state.orders.tree);
  return keepInSight({ ...filtered, tree: { ...state.tree, cursor } });
}
