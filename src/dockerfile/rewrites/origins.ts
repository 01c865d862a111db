import type { TextEdit, TextRange } from '../syntax/syntax.ts';

/** A part of a rewritten text and where it stood in the user's. */
interface Origin {
  readonly range: TextRange;
  readonly from: number;
  /** Put together anew from the instruction at `from`; else every unit stands as it did. */
  readonly isMoved: boolean;
}

/** Where the parts of a rewritten text stood in the user's, in order; what rewrites have written has no part. */
export type Origins = readonly Origin[];

/** A text that nobody has changed. */
export function ownOrigins(text: string): Origins {
  return [{ range: { start: 0, end: text.length }, from: 0, isMoved: false }];
}

/** The origins of what edits (in any order) make of a text with the given ones. */
export function originsAfter(origins: Origins, text: string, edits: readonly TextEdit[]): Origins {
  const ordered = edits
    .map((edit, position) => ({ ...edit, position }))
    .sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end || a.position - b.position);
  const found: Origin[] = [];
  let at = 0;
  let length = 0;
  for (const { range, newText, origins: moved = [] } of ordered) {
    found.push(...keptOf(origins, { start: at, end: range.start }, length - at));
    length += range.start - at;
    for (const part of moved) {
      const from = originOf(origins, { start: part.from, end: part.from + 1 });
      if (from === undefined) continue;
      const place = { start: length + part.range.start, end: length + part.range.end };
      found.push({ range: place, from, isMoved: true });
    }
    length += newText.length;
    at = range.end;
  }
  return [...found, ...keptOf(origins, { start: at, end: text.length }, length - at)];
}

/** Where the first part of a range that the user wrote stands in the user's text; undefined when rewrites wrote all of it. */
export function originOf(origins: Origins, { start, end }: TextRange): number | undefined {
  const found = origins.find((one) => one.range.start < end && one.range.end > start);
  if (found === undefined) return undefined;
  return found.isMoved ? found.from : found.from + Math.max(start - found.range.start, 0);
}

/** Where the nearest part that the user wrote stands in the user's text, below a range if there is one. */
export function originNear(origins: Origins, { end }: TextRange): number {
  const below = origins.find((one) => one.range.start >= end);
  return below?.from ?? origins.at(-1)?.from ?? 0;
}

function keptOf(origins: Origins, { start, end }: TextRange, shift: number): Origin[] {
  return origins.flatMap((one) => {
    const from = Math.max(one.range.start, start);
    const to = Math.min(one.range.end, end);
    if (from >= to) return [];
    return [
      {
        range: { start: from + shift, end: to + shift },
        from: one.isMoved ? one.from : one.from + from - one.range.start,
        isMoved: one.isMoved,
      },
    ];
  });
}
