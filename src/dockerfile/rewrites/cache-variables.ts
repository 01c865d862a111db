import type { Instruction } from '../model.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { removeBlock } from './remove-block.ts';

/** Variables that switch a cache off, by the program that reads them. */
export const cacheSwitches = { pip: 'PIP_NO_CACHE_DIR', uv: 'UV_NO_CACHE' } as const;

/** `ENV PIP_NO_CACHE_DIR=1`, `ARG UV_NO_CACHE=1` and the form without `=`: takes the variable out of the instruction. */
export function withoutVariable(instruction: Instruction, name: string, text: string): TextEdit[] {
  const { keyword, value, range, valueRange, blockStart, sourceOffsets } = instruction.syntax;
  if (keyword !== 'env' && keyword !== 'arg') return [];
  const whole = (): TextEdit[] => [removeBlock(text, { start: blockStart, end: range.end })];
  if (keyword === 'env' && new RegExp(`^\\s*${name}\\s+[^=\\s]`).test(value)) return whole();
  const match = new RegExp(`(^|\\s)${name}=("[^"]*"|'[^']*'|\\S*)`).exec(value);
  if (match === null) return [];
  if (match[0].trim() === value.trim()) return whole();
  const last = match.index + match[0].length;
  const previous = value.slice(0, match.index + (match[1]?.length ?? 0)).trimEnd().length;
  // With the space in front, and with it a line continuation: one that nothing follows would swallow the next instruction.
  if (previous > 0) {
    const start = (sourceOffsets[previous - 1] ?? valueRange.start) + 1;
    return [{ range: { start, end: (sourceOffsets[last - 1] ?? valueRange.end) + 1 }, newText: '' }];
  }
  const rest = /^\s+/.exec(value.slice(last))?.[0].length ?? 0;
  return [
    { range: { start: valueRange.start, end: sourceOffsets[last + rest] ?? valueRange.end }, newText: '' },
  ];
}
