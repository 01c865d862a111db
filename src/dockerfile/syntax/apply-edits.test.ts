import { expect, test } from 'vitest';
import { applyEdits } from '../index.ts';

const edit = (start: number, end: number, newText: string): Parameters<typeof applyEdits>[1][number] => ({
  range: { start, end },
  newText,
});

test('edits are spliced in by place, whatever their order', () => {
  expect(applyEdits('abcdef', [edit(4, 6, 'X'), edit(0, 1, ''), edit(2, 2, '-')])).toBe('b-cdX');
});

test('insertions at one place keep the order they were given in, before a replacement that begins there', () => {
  expect(applyEdits('ab', [edit(1, 2, 'B'), edit(1, 1, '1'), edit(1, 1, '2')])).toBe('a12B');
});

test.each([
  [[edit(0, 2, ''), edit(1, 3, '')], 'overlapping'],
  [[edit(0, 3, ''), edit(1, 1, 'x')], 'inside another'],
  [[edit(2, 9, '')], 'behind the end'],
  [[edit(-1, 1, '')], 'before the start'],
  [[edit(2, 1, '')], 'turned round'],
])('%j is a mistake: %s', (edits) => {
  expect(() => applyEdits('abcdef', edits)).toThrow(RangeError);
});
