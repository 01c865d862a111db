import { withFilter } from './apply-filter.ts';
import type { Command } from './bindings.ts';
import { entryOf } from './file-history.ts';
import { isDirectoryEvent, linkTargetOf, placeOf } from './file-place.ts';
import { close, open, toggleAllFolds, toggleFold } from './fold.ts';
import type { Change } from './layer-view.ts';
import { keepInSight, moveCursor, moveLayer } from './move.ts';
import { reveal } from './reveal.ts';
import { type BrowseState, type BrowseView, selectedEvent, viewOf } from './state.ts';
import type { BrowseStep } from './step.ts';

type Run = (state: BrowseState) => BrowseState | BrowseStep;

const toggleHidden =
  (change: Change): Run =>
  (state) => {
    const hidden = new Set(state.hidden);
    if (!hidden.delete(change)) hidden.add(change);
    return keepInSight({ ...state, hidden });
  };

const views: readonly BrowseView[] = ['tree', 'packages', 'findings'];

const commands: Readonly<Record<Command, Run>> = {
  quit: (state) => ({ state, effect: { kind: 'quit' } }),
  suspend: (state) => ({ state, effect: { kind: 'suspend' } }),
  help: (state) => ({ ...state, page: { kind: 'help', top: 0 } }),
  'switch-pane': (state) => keepInSight({ ...state, focus: state.focus === 'layers' ? 'files' : 'layers' }),
  up: (state) => moveCursor(state, 'up'),
  down: (state) => moveCursor(state, 'down'),
  'page-up': (state) => moveCursor(state, 'page-up'),
  'page-down': (state) => moveCursor(state, 'page-down'),
  first: (state) => moveCursor(state, 'first'),
  last: (state) => moveCursor(state, 'last'),
  close,
  open,
  'toggle-fold': toggleFold,
  'toggle-all-folds': toggleAllFolds,
  'view-file': viewFile,
  extract: askForName,
  filter(state) {
    const text = state.filter?.text ?? '';
    return { ...state, prompt: { purpose: 'filter', text, cursor: text.length } };
  },
  clear: (state) => withFilter(state, ''),
  'layer-changes': (state) => keepInSight({ ...state, view: 'tree', isAggregated: false }),
  'aggregated-changes': (state) => keepInSight({ ...state, view: 'tree', isAggregated: true }),
  'layer-below': (state) => moveLayer(state, -1),
  'layer-above': (state) => moveLayer(state, 1),
  'toggle-added': toggleHidden('added'),
  'toggle-removed': toggleHidden('removed'),
  'toggle-modified': toggleHidden('modified'),
  'toggle-unmodified': toggleHidden('unmodified'),
  'toggle-attributes': (state) => ({ ...state, hasAttributes: !state.hasAttributes }),
  'toggle-order'(state) {
    const { view, orders } = state;
    return keepInSight({
      ...state,
      orders: { ...orders, [view]: orders[view] === 'size' ? 'name' : 'size' },
    });
  },
  'next-view': (state) => showView(state, views[(views.indexOf(state.view) + 1) % views.length] ?? 'tree'),
  'tree-view': (state) => showView(state, 'tree'),
  'package-view': (state) => showView(state, 'packages'),
  'finding-view': (state) => showView(state, 'findings'),
};

/** Does what a key asks for. */
export function runCommand(state: BrowseState, command: Command): BrowseStep {
  const outcome = commands[command](state);
  return 'model' in outcome ? { state: outcome } : outcome;
}

/** Changes the view; the tree shows the file that was selected in the list, in the layer that stores it. */
function showView(state: BrowseState, view: BrowseView): BrowseState {
  const event = state.view === 'tree' ? undefined : selectedEvent(state);
  const changed: BrowseState = { ...state, view, focus: 'files' };
  if (view !== 'tree' || event === undefined) return keepInSight(changed);
  const { history } = state.model;
  const node = history.eventNodes[event] ?? 0;
  const isSeen = viewOf(state).events[node] === event;
  const layer = isSeen ? state.layer : (history.eventLayers[event] ?? state.layer);
  return reveal({ ...changed, layer }, node);
}

function viewFile(state: BrowseState): BrowseState | BrowseStep {
  const { history } = state.model;
  const event = selectedEvent(state);
  if (event === undefined || isDirectoryEvent(history, event)) return toggleFold(state);
  const entry = entryOf(history, event);
  if (entry?.type === 'symlink') {
    const node = linkTargetOf(state, entry.path);
    if (node === undefined) return tell(state, `The link leads to nothing here: ${entry.linkTarget ?? ''}`);
    return reveal({ ...state, view: 'tree' }, node);
  }
  const file = placeOf(history, event);
  if (file === undefined) return tell(state, `There is nothing to show: it is a ${entry?.type ?? 'gone'}.`);
  return { state: { ...state, page: { kind: 'reading', file } }, effect: { kind: 'read', file } };
}

function askForName(state: BrowseState): BrowseState {
  const event = selectedEvent(state);
  const file = event === undefined ? undefined : placeOf(state.model.history, event);
  if (file === undefined) return tell(state, 'Only a file can be extracted.');
  const text = fileName(file.path);
  return { ...state, prompt: { purpose: 'extract', text, cursor: text.length, file } };
}

/** A name that any shell can handle, made of the last part of a path. */
function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/gu, '_');
}

function tell(state: BrowseState, text: string): BrowseState {
  return { ...state, message: { text, tone: 'bad' } };
}
