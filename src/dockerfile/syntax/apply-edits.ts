import type { TextEdit } from './syntax.ts';

/**
 * Splices `edits` into `text`; everything outside of their ranges stays as it is. Edits may come in any order; of two insertions at one
 * place, the one given first stands first. Overlapping ranges, or ranges outside of the text, are a mistake of the caller and throw a `RangeError`.
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const ordered = edits
    .map((edit, position) => ({ ...edit, position }))
    .sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end || a.position - b.position);
  let result = '';
  let at = 0;
  for (const { range, newText } of ordered) {
    if (range.start < at || range.end < range.start || range.end > text.length) {
      throw new RangeError(
        `edit of ${range.start}..${range.end} overlaps another that ends at ${at}, or leaves the text`,
      );
    }
    result += text.slice(at, range.start) + newText;
    at = range.end;
  }
  return result + text.slice(at);
}
