import type { RootFileSystem } from '../filetree/index.ts';
import type { ShrinkEdit } from './pass.ts';

/** What decides about units. */
export interface KeptUnitsRequest {
  readonly root: RootFileSystem;
  /** How many of the lowest layers stay as they are. */
  readonly baseLayerCount: number;
  /** Why a path has to stay; undefined where nothing speaks against it. */
  readonly because: (edit: ShrinkEdit) => string | undefined;
}

/** What is decided for all files of it at once. */
export function unitOf(edit: ShrinkEdit): string {
  return edit.kind === 'remove' ? edit.unit : edit.path;
}

/**
 * The units of a pass that stay, with the reason: those that have a path which has to stay, distributions and packages that lie in the
 * base in part, and what units that stay require.
 */
export function keptUnits(
  edits: readonly ShrinkEdit[],
  { root, baseLayerCount, because }: KeptUnitsRequest,
): ReadonlyMap<string, string> {
  const kept = new Map<string, string>();
  const inBase = new Set<string>();
  const above = new Set<string>();
  for (const edit of edits) {
    const unit = unitOf(edit);
    const reason = because(edit);
    if (reason !== undefined) kept.set(unit, reason);
    if (edit.kind !== 'remove' || edit.whole === undefined) continue;
    const layer = root.placeOf(edit.path)?.layer;
    if (layer !== undefined) (layer < baseLayerCount ? inBase : above).add(unit);
  }
  for (const unit of inBase) {
    if (above.has(unit) && !kept.has(unit)) kept.set(unit, 'a part of it lies in a layer of the base');
  }
  for (const [unit, by] of needed(edits, new Set([...kept.keys(), ...inBase]))) {
    if (above.has(unit) && !kept.has(unit)) kept.set(unit, `${by} needs it`);
  }
  return kept;
}

/** What units that stay require, directly or not, each with one that does. */
export function needed(
  edits: readonly ShrinkEdit[],
  staying: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const needs = new Map<string, readonly string[]>();
  for (const edit of edits) {
    if (edit.kind === 'remove' && edit.whole !== undefined) needs.set(edit.unit, edit.whole.needs);
  }
  const found = new Map<string, string>();
  const waiting = [...staying];
  for (let unit = waiting.pop(); unit !== undefined; unit = waiting.pop()) {
    for (const other of needs.get(unit) ?? []) {
      if (staying.has(other) || found.has(other)) continue;
      found.set(other, unit);
      waiting.push(other);
    }
  }
  return found;
}
