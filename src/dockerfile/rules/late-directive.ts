import type { TextRange } from '../syntax/syntax.ts';
import type { LintRule, LintSubject } from './rule.ts';

// # syntax=docker/dockerfile:1
// # check=skip=JSONArgsRecommended
// # escape=`
const directive =
  /^[ \t]*(#[ \t]*(?:(syntax)[ \t]*=[ \t]*[\w.-]+(?:\/[\w.-]+)+(?:[:@]\S+)?|(check)[ \t]*=[ \t]*(?:skip|error|experimental)=\S+|(escape)[ \t]*=[ \t]*[`\\]))[ \t\r]*$/gim;

/** A directive that is a comment to BuildKit, as it does not stand at the top. */
export const lateDirective: LintRule = {
  id: 'late-directive',
  severity: 'warning',
  title: 'a directive below the top of the file does nothing',
  check: (subject) =>
    textsBetween(subject).flatMap(({ start, end }) =>
      [...subject.syntax.text.slice(start, end).matchAll(directive)].flatMap((match) => {
        const [whole, written = '', ...names] = match;
        const at = start + match.index + whole.indexOf(written);
        const range = { start: at, end: at + written.length };
        if (subject.syntax.directives.some((one) => one.range.start <= at && at < one.range.end)) return [];
        const name = names.find((one) => one !== undefined)?.toLowerCase();
        const message = `${name} is read at the top of the file alone, above all other comments and empty lines`;
        return [{ range, message }];
      }),
    ),
};

/** What is no instruction: comments and empty lines. */
function textsBetween({ syntax: { instructions, text } }: LintSubject): readonly TextRange[] {
  const starts = [0, ...instructions.map(({ range }) => range.end)];
  return starts.map((start, at) => ({ start, end: instructions[at]?.range.start ?? text.length }));
}
