import { eventKinds, type FileHistory, isPresent } from './file-history.ts';
import { ownersOf } from './linked-names.ts';
import type { WasteMarks } from './waste-marks.ts';

/** What became of a path. */
export type Change = 'unmodified' | 'added' | 'modified' | 'removed';

/** The number of each change in `LayerView.states`; 0 is for paths that are not there at all. */
export const changeNumbers: Readonly<Record<Change, number>> = {
  unmodified: 1,
  added: 2,
  modified: 3,
  removed: 4,
};

const changeNames: readonly (Change | undefined)[] = [
  undefined,
  'unmodified',
  'added',
  'modified',
  'removed',
];

/** Files that changed, and their bytes. */
export interface ChangeSum {
  readonly fileCount: number;
  readonly sizeBytes: number;
}

/** What a layer changed; directories do not count. */
export type ChangeSums = Readonly<Record<Exclude<Change, 'unmodified'>, ChangeSum>>;

/** The file system after a layer, beside that before it (or, aggregated, beside the first layer), in columns by node. */
export interface LayerView {
  readonly layer: number;
  readonly isAggregated: boolean;
  /** Numbers of `changeNumbers`. */
  readonly states: Uint8Array;
  /** The event that says what a node is; that before the removal for what was removed; -1 for what is not there. */
  readonly events: Int32Array;
  /** Bytes of a file, or of all below a directory, without what was removed unless it is itself removed. */
  readonly totalBytes: Float64Array;
  /** Waste bytes in the same way. */
  readonly wasteBytes: Float64Array;
  /** By content with several names: the node that its bytes count for. */
  readonly linkOwners: ReadonlyMap<number, number>;
  /** By node: 1 for a directory with something changed below. */
  readonly changesBelow: Uint8Array;
}

/** What a node's state number stands for; undefined for what is not there. */
export function changeOf(view: LayerView, node: number): Change | undefined {
  return changeNames[view.states[node] ?? 0];
}

/** What a node names together with others, and which of them its bytes count for; undefined for content with one name. */
export function linkedContent(
  history: FileHistory,
  view: LayerView,
  node: number,
): { readonly sizeBytes: number; readonly owner: number } | undefined {
  const number = history.linked.ofEvent.get(view.events[node] ?? -1);
  const content = number === undefined ? undefined : history.linked.contents[number];
  if (number === undefined || content === undefined) return undefined;
  return { sizeBytes: content.sizeBytes, owner: view.linkOwners.get(number) ?? node };
}

/** Compares the file system after `layer` with the one before; in a few passes over the history. */
export function viewLayer(
  history: FileHistory,
  waste: WasteMarks,
  { layer, isAggregated }: { readonly layer: number; readonly isAggregated: boolean },
): LayerView {
  const count = history.nodeCount;
  const states = new Uint8Array(count);
  const events = new Int32Array(count).fill(-1);
  compareStates(history, { states, events }, { before: isAggregated ? 0 : layer - 1, after: layer });
  const totalBytes = new Float64Array(count);
  const wasteBytes = new Float64Array(count);
  weigh(history, waste, { events, totalBytes, wasteBytes });
  const linkOwners = ownersOf(history, events, (node) => states[node] === changeNumbers.removed);
  for (const [event, content] of history.linked.ofEvent) {
    const node = history.eventNodes[event] ?? 0;
    if (events[node] !== event) continue;
    const isOwner = linkOwners.get(content) === node;
    totalBytes[node] = isOwner ? (history.linked.contents[content]?.sizeBytes ?? 0) : 0;
  }
  const changesBelow = addUp(history, states, { totalBytes, wasteBytes });
  return { layer, isAggregated, states, events, totalBytes, wasteBytes, linkOwners, changesBelow };
}

function compareStates(
  history: FileHistory,
  { states, events }: { readonly states: Uint8Array; readonly events: Int32Array },
  { before, after }: { readonly before: number; readonly after: number },
): void {
  const { lastEvents, eventLayers, previousEvents, nodeCount } = history;
  const { unmodified, added, modified, removed } = changeNumbers;
  for (let node = 0; node < nodeCount; node++) {
    let now = lastEvents[node] ?? -1;
    while (now >= 0 && (eventLayers[now] ?? 0) > after) now = previousEvents[now] ?? -1;
    let earlier = now;
    while (earlier >= 0 && (eventLayers[earlier] ?? 0) > before) earlier = previousEvents[earlier] ?? -1;
    const wasThere = isPresent(history, earlier);
    const isThere = isPresent(history, now);
    if (!isThere && !wasThere) continue;
    states[node] = !isThere ? removed : !wasThere ? added : earlier === now ? unmodified : modified;
    events[node] = isThere ? now : earlier;
  }
}

function weigh(
  history: FileHistory,
  { marks, markOfEvent }: WasteMarks,
  columns: {
    readonly events: Int32Array;
    readonly totalBytes: Float64Array;
    readonly wasteBytes: Float64Array;
  },
): void {
  const { events, totalBytes, wasteBytes } = columns;
  for (let node = 0; node < events.length; node++) {
    const event = events[node] ?? -1;
    if (event < 0) continue;
    totalBytes[node] = history.eventSizes[event] ?? 0;
    const mark = markOfEvent[event] ?? 0;
    if (mark > 0) wasteBytes[node] = marks[mark - 1]?.sizeBytes ?? 0;
  }
}

/** Counts what a layer did to files, in time that grows with the layer and not with the image. */
export function sumChanges(history: FileHistory, layer: number): ChangeSums {
  const counts = new Float64Array(changeNumbers.removed + 1);
  const bytes = new Float64Array(counts.length);
  for (let event = firstEventOf(history, layer); history.eventLayers[event] === layer; event++) {
    const before = history.previousEvents[event] ?? -1;
    const wasThere = isPresent(history, before);
    const isThere = isPresent(history, event);
    const shown = isThere ? event : before;
    if ((!wasThere && !isThere) || history.eventKinds[shown] === eventKinds.directory) continue;
    const state = changeNumbers[!isThere ? 'removed' : wasThere ? 'modified' : 'added'];
    counts[state] = (counts[state] ?? 0) + 1;
    bytes[state] = (bytes[state] ?? 0) + (history.eventSizes[shown] ?? 0);
  }
  const sumOf = (change: Change): ChangeSum => ({
    fileCount: counts[changeNumbers[change]] ?? 0,
    sizeBytes: bytes[changeNumbers[change]] ?? 0,
  });
  return { added: sumOf('added'), modified: sumOf('modified'), removed: sumOf('removed') };
}

/** Events are in the order of layers. */
function firstEventOf(history: FileHistory, layer: number): number {
  let low = 0;
  let high = history.eventLayers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((history.eventLayers[middle] ?? 0) < layer) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Adds what is below to every directory, and answers which of them have changes; children come after their parents, so one pass from
 * the end does.
 */
function addUp(
  history: FileHistory,
  states: Uint8Array,
  { totalBytes, wasteBytes }: { readonly totalBytes: Float64Array; readonly wasteBytes: Float64Array },
): Uint8Array {
  const changesBelow = new Uint8Array(history.nodeCount);
  const { parents } = history;
  const { removed, unmodified } = changeNumbers;
  for (let node = history.nodeCount - 1; node > 0; node--) {
    const state = states[node];
    const parent = parents[node] ?? 0;
    if (state === 0) continue;
    if (state !== unmodified || changesBelow[node] === 1) changesBelow[parent] = 1;
    if (state === removed && states[parent] !== removed) continue;
    totalBytes[parent] = (totalBytes[parent] ?? 0) + (totalBytes[node] ?? 0);
    wasteBytes[parent] = (wasteBytes[parent] ?? 0) + (wasteBytes[node] ?? 0);
  }
  return changesBelow;
}
