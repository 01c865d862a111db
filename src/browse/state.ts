import { eventKinds } from './file-history.ts';
import { type GroupRow, type GroupRows, groupRowsFrom } from './group-rows.ts';
import type { Change, LayerView } from './layer-view.ts';
import { type Layout, layOut, type ScreenSize } from './layout.ts';
import type { BrowseModel, GroupList } from './model.ts';
import type { FilePlace, Page } from './page.ts';
import type { FilterResult, FilterRun } from './text-filter.ts';
import type { Folds, Order, TreeRows } from './tree-rows.ts';

/** Which list the right pane shows. */
export type BrowseView = 'tree' | GroupList;

/** A filter and how far it has come; the result of the text before stays until the new one is there. */
export interface BrowseFilter {
  readonly text: string;
  readonly run: FilterRun;
  readonly result: FilterResult | undefined;
  readonly isRunning: boolean;
}

/** A line that is being typed. */
export interface Prompt {
  readonly purpose: 'filter' | 'extract' | 'find';
  readonly text: string;
  /** Place of the cursor, in UTF-16 units. */
  readonly cursor: number;
  /** What `extract` writes. */
  readonly file?: FilePlace;
}

/** One list of groups: where the cursor is, and what is open. */
export interface ListState {
  readonly cursor: number;
  readonly top: number;
  readonly exceptions: ReadonlySet<number>;
}

/** Everything that the screen shows follows from this; a key makes a new one. */
export interface BrowseState {
  readonly model: BrowseModel;
  readonly size: ScreenSize;
  readonly focus: 'layers' | 'files';
  readonly layer: number;
  readonly layersTop: number;
  readonly isAggregated: boolean;
  readonly view: BrowseView;
  readonly orders: Readonly<Record<BrowseView, Order>>;
  readonly hasAttributes: boolean;
  readonly hidden: ReadonlySet<Change>;
  readonly folds: Folds;
  /** In place of `folds` while there is a filter. */
  readonly filterFolds: Folds;
  readonly filter: BrowseFilter | undefined;
  /** The cursor is a node; 0 while the tree has no row. */
  readonly tree: { readonly cursor: number; readonly top: number };
  readonly lists: Readonly<Record<GroupList, ListState>>;
  readonly prompt: Prompt | undefined;
  readonly page: Page | undefined;
  readonly message: { readonly text: string; readonly tone: 'good' | 'bad' } | undefined;
}

/** Nothing open. */
export const allClosed: Folds = { isAllOpen: false, exceptions: new Set() };

/** How browsing begins: at the top layer, all directories closed. */
export function startBrowsing(model: BrowseModel, size: ScreenSize): BrowseState {
  const list: ListState = { cursor: 0, top: 0, exceptions: new Set() };
  return {
    model,
    size,
    focus: 'layers',
    layer: Math.max(0, model.history.layers.length - 1),
    layersTop: 0,
    isAggregated: false,
    view: 'tree',
    orders: { tree: 'name', packages: 'size', findings: 'size' },
    hasAttributes: true,
    hidden: new Set(),
    folds: allClosed,
    filterFolds: allClosed,
    filter: undefined,
    tree: { cursor: 0, top: 0 },
    lists: { packages: list, findings: list },
    prompt: undefined,
    page: undefined,
    message: undefined,
  };
}

/** The screen's division. */
export function layoutOf(state: BrowseState): Layout {
  return layOut(state.size, state.focus, state.model.history.layers.length);
}

/** The comparison that the tree shows. */
export function viewOf(state: BrowseState): LayerView {
  return state.model.viewOf(state.layer, state.isAggregated);
}

/** The tree's rows. */
export function treeRowsOf(state: BrowseState): TreeRows {
  const filter = state.filter?.result;
  const folds = filter === undefined ? state.folds : state.filterFolds;
  return state.model.treeRows(viewOf(state), { hidden: state.hidden, filter, folds });
}

/** The rows of the list of groups in use. */
export function groupRowsOf(state: BrowseState, list: GroupList): GroupRows {
  const { filter, orders } = state;
  const result = filter?.result;
  return state.model.groupRows(list, {
    order: orders[list],
    filter: filter === undefined || result === undefined ? undefined : { text: filter.text, result },
    exceptions: state.lists[list].exceptions,
  });
}

/** The row under the cursor of a list of groups. */
export function selectedGroupRow(state: BrowseState): GroupRow | undefined {
  if (state.view === 'tree') return undefined;
  const start = state.lists[state.view].cursor;
  return groupRowsFrom(groupRowsOf(state, state.view), { start, count: 1 })[0];
}

/** The event under the cursor of the right pane: what a layer did to a path. */
export function selectedEvent(state: BrowseState): number | undefined {
  if (state.view === 'tree') {
    const event = viewOf(state).events[state.tree.cursor] ?? -1;
    return state.tree.cursor === 0 || event < 0 ? undefined : event;
  }
  const row = selectedGroupRow(state);
  return row?.member === undefined ? undefined : row.shown.group.members[row.member];
}

/** True where a node is a directory in the tree that is shown. */
export function isDirectory(state: BrowseState, node: number): boolean {
  const event = viewOf(state).events[node] ?? -1;
  return state.model.history.eventKinds[event] === eventKinds.directory;
}
