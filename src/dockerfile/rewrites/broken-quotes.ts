import type { Instruction, QuotedText } from '../model.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import type { ResolvedDockerfile } from './rewrite.ts';

/** What ends the quotes, or means something else inside of them; a line continuation is gone before anybody reads them. */
const breaking: Readonly<Record<QuotedText['quote'], RegExp>> = {
  "'": /'/,
  '"': /["$`\\]/,
  json: /["\\\n\t]/,
};

/** The instructions with a program in quotes that edits would break. */
export function brokenQuotes({ model }: ResolvedDockerfile, edits: readonly TextEdit[]): Instruction[] {
  return model.stages
    .flatMap((stage) => stage.instructions)
    .filter(({ quoted, syntax }) => {
      const inside = edits.filter(
        ({ range, newText }) =>
          range.start >= syntax.valueRange.start &&
          range.end <= syntax.range.end &&
          // An instruction of its own behind this one.
          !(range.start === syntax.range.end && /^\r?\n/.test(newText)),
      );
      return inside.some((edit) => quoted.some((text) => breaks(edit, text)));
    });
}

function breaks({ range, newText }: TextEdit, { range: text, quote }: QuotedText): boolean {
  const isInside = range.start >= text.start && range.end <= text.end;
  // In a JSON form, nothing stands behind the program.
  if (!isInside) return range.end > text.start && (quote === 'json' || range.start < text.end);
  return breaking[quote].test(newText.replace(/\\\r?\n/g, ''));
}
