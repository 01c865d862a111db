import { type FindingKind, findingKinds, type WasteKind } from '../finding/index.ts';
import { type FileHistory, pathFinder } from './file-history.ts';

/** A file, or a part of one, that is waste, in the layer that stores it. */
export interface WasteFile {
  readonly path: string;
  /** Position of the layer that stores the bytes, 0 the lowest. */
  readonly layer: number;
  readonly sizeBytes: number;
  readonly kind: FindingKind;
  /** Of dead bytes: position of the layer that hides them. */
  readonly buriedBy?: number;
}

/** A waste file at its event. */
export interface WasteMark {
  readonly event: number;
  readonly sizeBytes: number;
  readonly kind: FindingKind;
  readonly waste: WasteKind;
  readonly buriedBy?: number;
}

/** Which events are waste. */
export interface WasteMarks {
  readonly marks: readonly WasteMark[];
  /** For every event the number of its mark plus 1; 0 for none. */
  readonly markOfEvent: Uint32Array;
}

/** Finds the event of every waste file; the bytes that an event counts twice (dead and a class) stay with the first. */
export function markWaste(history: FileHistory, files: readonly WasteFile[]): WasteMarks {
  const find = pathFinder(history);
  const marks: WasteMark[] = [];
  const markOfEvent = new Uint32Array(history.eventNodes.length);
  for (const { path, layer, sizeBytes, kind, buriedBy } of files) {
    const event = eventOfLayer(history, find(path), layer);
    const { waste } = findingKinds[kind];
    if (event < 0 || waste === undefined || markOfEvent[event] !== 0) continue;
    marks.push({ event, sizeBytes, kind, waste, ...(buriedBy === undefined ? {} : { buriedBy }) });
    markOfEvent[event] = marks.length;
  }
  return { marks, markOfEvent };
}

/** What a layer did to a node, or -1. */
export function eventOfLayer(history: FileHistory, node: number, layer: number): number {
  if (node < 0) return -1;
  let event = history.lastEvents[node] ?? -1;
  while (event >= 0 && (history.eventLayers[event] ?? 0) > layer) event = history.previousEvents[event] ?? -1;
  return event >= 0 && history.eventLayers[event] === layer ? event : -1;
}
