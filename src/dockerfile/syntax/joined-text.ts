import type { TextRange } from './syntax.ts';
import { endWithoutSpace, skipSpace } from './whitespace.ts';

/** Text put together from pieces of a source; `offsets[i]` is where `text[i]` stands there, and the last of its `text.length + 1` entries is where the text ends. */
export interface JoinedText {
  readonly text: string;
  readonly offsets: readonly number[];
}

/** Joins ranges of `source`; with no piece that has text, the place is that of the first piece. */
export function joinRanges(source: string, pieces: readonly TextRange[]): JoinedText {
  let text = '';
  const offsets: number[] = [];
  for (const { start, end } of pieces) {
    text += source.slice(start, end);
    for (let at = start; at < end; at += 1) offsets.push(at);
  }
  const last = offsets.at(-1);
  offsets.push(last === undefined ? (pieces[0]?.start ?? 0) : last + 1);
  return { text, offsets };
}

/** The part from `start` to `end` (UTF-16 units of `joined.text`). */
export function sliceJoined(joined: JoinedText, start: number, end: number = joined.text.length): JoinedText {
  const range = sourceRange(joined, start, end);
  return { text: joined.text.slice(start, end), offsets: [...joined.offsets.slice(start, end), range.end] };
}

/** Without white space at both ends. */
export function trimJoined(joined: JoinedText): JoinedText {
  const start = skipSpace(joined.text);
  return sliceJoined(joined, start, endWithoutSpace(joined.text, start));
}

/** Where the part from `start` to `end` stands in the source: from its first unit to behind its last one. */
export function sourceRange(joined: JoinedText, start: number, end: number = joined.text.length): TextRange {
  const first = joined.offsets[start] ?? joined.offsets.at(-1) ?? 0;
  const last = end > start ? joined.offsets[end - 1] : undefined;
  return { start: first, end: last === undefined ? first : last + 1 };
}
