import type { Instruction } from '../model.ts';
import type { DockerfileSyntax, TextEdit } from '../syntax/syntax.ts';
import { type NameValue, parseNameValues } from '../syntax/words.ts';
import { removeBlock } from './remove-block.ts';

/** Takes pairs out of an ARG or ENV, and the whole instruction where no other stands in it. */
export function removePairs(
  { syntax: instruction }: Instruction,
  pairs: readonly NameValue[],
  syntax: DockerfileSyntax,
): TextEdit[] {
  const all = parseNameValues(instruction, syntax.escape);
  const starts = new Set(pairs.map((pair) => pair.range.start));
  const isGone = (pair: NameValue | undefined): boolean => pair !== undefined && starts.has(pair.range.start);
  if (all.every(isGone))
    return [removeBlock(syntax.text, { start: instruction.blockStart, end: instruction.range.end })];
  const firstKept = all.findIndex((pair) => !isGone(pair));
  const lead = all[firstKept];
  return [
    ...(firstKept > 0 && lead !== undefined
      ? [{ range: { start: all[0]?.range.start ?? 0, end: lead.range.start }, newText: '' }]
      : []),
    // Each one behind that with the space, and the line continuation, in front of it.
    ...all.flatMap((pair, at) => {
      const previous = all[at - 1];
      return at > firstKept && isGone(pair) && previous !== undefined
        ? [{ range: { start: previous.range.end, end: pair.range.end }, newText: '' }]
        : [];
    }),
  ];
}
