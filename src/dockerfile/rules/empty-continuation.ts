import type { LintRule } from './rule.ts';
import { instructionName } from './swallowed-instruction.ts';

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
      if (instruction.startLine === instruction.endLine) return [];
      return [...text.matchAll(/(?<=\n)(?:[ \t]*\r?\n)+/g)].map((match) => {
        const start = instruction.range.start + match.index;
        return {
          range: { start, end: start },
          message: 'an empty line within a continuation will become an error',
          // In front of another instruction, it is the backslash that is too much.
          edits: instructionName.test(/^\s*(\w*)/.exec(text.slice(match.index))?.[1] ?? '')
            ? []
            : [{ range: { start, end: start + match[0].length }, newText: '' }],
        };
      });
    }),
};
