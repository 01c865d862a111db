import type { LintRule } from './rule.ts';

/** Empty line within a continuation. */
export const emptyContinuation: LintRule = {
  id: 'empty-continuation',
  buildkit: 'NoEmptyContinuation',
  severity: 'warning',
  title: 'empty line within a continuation',
  check: ({ syntax }) =>
    syntax.instructions.flatMap((instruction) => {
      const limit = instruction.heredocs[0]?.range.start ?? instruction.range.end;
      const text = syntax.text.slice(instruction.range.start, limit);
      const match = /\r?\n[ \t]*\r?\n/.exec(text);
      if (match === null || instruction.startLine === instruction.endLine) return [];
      const start = instruction.range.start + match.index + match[0].indexOf('\n') + 1;
      if (start >= limit) return [];
      const end = instruction.range.start + match.index + match[0].length;
      return [
        {
          range: { start, end: start },
          message: 'an empty line within a continuation will become an error',
          edits: [{ range: { start, end }, newText: '' }],
        },
      ];
    }),
};
