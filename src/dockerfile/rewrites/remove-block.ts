import type { TextEdit, TextRange } from '../syntax/syntax.ts';

/**
 * Takes whole lines out of a Dockerfile, with their line end and, where an empty line stands above, the empty lines below:
 * no gap is left behind. Text elsewhere (heredocs) is not touched.
 */
export function removeBlock(text: string, range: TextRange): TextEdit {
  const isBelowEmptyLine = /(^|\n)[ \t]*\r?\n$/.test(text.slice(0, range.start)) || range.start === 0;
  const rest = text.slice(range.end);
  const lineEnd = /^[ \t]*(\r?\n|$)/.exec(rest)?.[0].length ?? 0;
  const emptyLines = isBelowEmptyLine ? (/^(?:[ \t]*\r?\n)*/.exec(rest.slice(lineEnd))?.[0].length ?? 0) : 0;
  return { range: { start: range.start, end: range.end + lineEnd + emptyLines }, newText: '' };
}
