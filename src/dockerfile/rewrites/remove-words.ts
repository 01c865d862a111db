import type { ShellCommand } from '../model.ts';
import type { TextEdit, TextRange } from '../syntax/syntax.ts';

/** Takes words out of a command together with the white space (and line continuation) in front of each. */
export function removeWords(
  command: ShellCommand,
  words: readonly { readonly range: TextRange }[],
): TextEdit[] {
  return words.flatMap(({ range }) => {
    const position = command.wordRanges.findIndex((word) => word.start === range.start);
    const previous = command.wordRanges[position - 1];
    return previous === undefined ? [] : [{ range: { start: previous.end, end: range.end }, newText: '' }];
  });
}
