/** A rectangle in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Lays out areas in proportion to `sizes` (largest first) inside `box`, as near to squares as may be
 * (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000). The page carries this function's own text,
 * so that it lays out again for its window and at each zoom; it uses nothing from outside.
 */
export function squarify(sizes: readonly number[], box: Box): Box[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const boxes: Box[] = [];
  if (total <= 0 || box.width <= 0 || box.height <= 0)
    return sizes.map(() => ({ ...box, width: 0, height: 0 }));
  const scale = (box.width * box.height) / total;
  let { x, y, width, height } = box;
  const worst = (largest: number, smallest: number, sum: number, side: number): number =>
    Math.max((side * side * largest) / (sum * sum), (sum * sum) / (side * side * smallest));
  let start = 0;
  while (start < sizes.length) {
    const side = Math.min(width, height);
    const largest = (sizes[start] ?? 0) * scale;
    let sum = largest;
    let smallest = largest;
    let end = start + 1;
    while (end < sizes.length) {
      const next = (sizes[end] ?? 0) * scale;
      if (worst(largest, Math.min(smallest, next), sum + next, side) > worst(largest, smallest, sum, side))
        break;
      smallest = Math.min(smallest, next);
      sum += next;
      end += 1;
    }
    const isRow = width < height;
    const thickness = side > 0 ? Math.min(sum / side, isRow ? height : width) : 0;
    let along = isRow ? x : y;
    for (let i = start; i < end; i += 1) {
      const length = thickness > 0 ? ((sizes[i] ?? 0) * scale) / thickness : 0;
      boxes.push(
        isRow
          ? { x: along, y, width: length, height: thickness }
          : { x, y: along, width: thickness, height: length },
      );
      along += length;
    }
    if (isRow) {
      y += thickness;
      height -= thickness;
    } else {
      x += thickness;
      width -= thickness;
    }
    start = end;
  }
  return boxes;
}
