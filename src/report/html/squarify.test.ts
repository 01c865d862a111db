import fc from 'fast-check';
import { expect, test } from 'vitest';
import { squarify } from './squarify.ts';

const sizes = fc
  .array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 60 })
  .map((all) => all.sort((a, b) => b - a));
const side = fc.integer({ min: 20, max: 2000 });

test('areas are in proportion, inside the box, and do not overlap', () => {
  fc.assert(
    fc.property(sizes, side, side, (all, width, height) => {
      const boxes = squarify(all, { x: 10, y: 20, width, height });
      const total = all.reduce((sum, one) => sum + one, 0);
      const slack = 1e-6 * width * height;
      boxes.forEach((box, i) => {
        expect(Math.abs(box.width * box.height - (width * height * (all[i] ?? 0)) / total)).toBeLessThan(
          slack,
        );
        expect(box.x).toBeGreaterThanOrEqual(10 - 1e-6);
        expect(box.y).toBeGreaterThanOrEqual(20 - 1e-6);
        expect(box.x + box.width).toBeLessThanOrEqual(10 + width + 1e-6);
        expect(box.y + box.height).toBeLessThanOrEqual(20 + height + 1e-6);
        for (const other of boxes.slice(0, i)) {
          const across = Math.min(box.x + box.width, other.x + other.width) - Math.max(box.x, other.x);
          const down = Math.min(box.y + box.height, other.y + other.height) - Math.max(box.y, other.y);
          expect(across > 1e-6 && down > 1e-6 ? across * down : 0).toBeLessThan(slack);
        }
      });
    }),
    { numRuns: 100 },
  );
});

test('equal areas in a square come out as squares', () => {
  const boxes = squarify([1, 1, 1, 1], { x: 0, y: 0, width: 100, height: 100 });
  expect(boxes.map(({ width, height }) => [width, height])).toEqual(
    Array.from({ length: 4 }, () => [50, 50]),
  );
});

test('works as text of its own, as the page carries it', () => {
  const copy: unknown = new Function(
    `return (${squarify.toString()})([3, 1], { x: 0, y: 0, width: 4, height: 1 })`,
  )();
  expect(copy).toEqual(squarify([3, 1], { x: 0, y: 0, width: 4, height: 1 }));
});

test('nothing has no area', () => {
  expect(squarify([], { x: 0, y: 0, width: 5, height: 5 })).toEqual([]);
  expect(squarify([0, 0], { x: 0, y: 0, width: 5, height: 5 })).toMatchObject([{ width: 0 }, { width: 0 }]);
});
