import type { LintRule } from './rule.ts';

/** Instructions in different case. */
export const instructionCasing: LintRule = {
  id: 'instruction-casing',
  buildkit: 'ConsistentInstructionCasing',
  severity: 'style',
  title: 'instructions in different case',
  check: ({ syntax }) => {
    const written = syntax.instructions.map(({ range, keyword }) => ({
      range: { start: range.start, end: range.start + keyword.length },
      text: syntax.text.slice(range.start, range.start + keyword.length),
    }));
    const lower = written.filter(({ text }) => text === text.toLowerCase()).length;
    const upper = written.filter(({ text }) => text === text.toUpperCase()).length;
    const wanted = (text: string): string => (lower > upper ? text.toLowerCase() : text.toUpperCase());
    return written
      .filter(({ text }) => text !== wanted(text))
      .map(({ range, text }) => ({
        range,
        message: `most instructions are in ${lower > upper ? 'lower' : 'upper'} case: ${wanted(text)}`,
        edits: [{ range, newText: wanted(text) }],
      }));
  },
};
