import { isRecord } from '../base/index.ts';

/** Keys whose list a later file replaces instead of appending to it (Compose specification, `13-merge.md`). */
const replacedLists = new Set(['command', 'entrypoint', 'test']);
/** Keys that may be written as a list of `NAME=value` and are merged as maps. */
const listedMaps = new Set(['environment', 'args', 'labels']);

/** Merges a later compose file over an earlier one: maps by key, lists one behind the other, all else replaced. */
export function mergeCompose(earlier: unknown, later: unknown, key = ''): unknown {
  if (later === undefined) return earlier;
  if (listedMaps.has(key) && earlier !== undefined) {
    const [a, b] = [toMap(earlier), toMap(later)];
    if (a !== undefined && b !== undefined) return { ...a, ...b };
  }
  if (Array.isArray(earlier) && Array.isArray(later)) {
    return replacedLists.has(key) ? later : [...earlier, ...later];
  }
  if (key === 'build') return mergeRecords(buildMap(earlier), buildMap(later)) ?? later;
  return mergeRecords(earlier, later) ?? later;
}

function mergeRecords(earlier: unknown, later: unknown): Record<string, unknown> | undefined {
  if (!isRecord(earlier) || !isRecord(later)) return undefined;
  const merged: Record<string, unknown> = { ...earlier };
  for (const [key, value] of Object.entries(later)) merged[key] = mergeCompose(earlier[key], value, key);
  return merged;
}

/** `build: .` means `build: { context: . }`. */
function buildMap(value: unknown): unknown {
  return typeof value === 'string' ? { context: value } : value;
}

function toMap(value: unknown): Record<string, unknown> | undefined {
  if (isRecord(value)) return value;
  if (!Array.isArray(value)) return undefined;
  return Object.fromEntries(
    value.map((item) => {
      const text = String(item);
      const equals = text.indexOf('=');
      return equals === -1 ? [text, null] : [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}
