/**
 * Whether a path can be matched by `exception` and lie at or below one that `pattern` matches; true where that is hard to tell.
 * Both are cleaned patterns: `data` and `data/*.csv` overlap, `*.log` and `data/keep.log` do not.
 */
export function mayOverlap(pattern: string, exception: string): boolean {
  const [left, right] = [[...pattern.split('/'), '**'], exception.split('/')];
  const known = new Map<number, boolean>();
  const meet = (i: number, j: number): boolean => {
    const key = i * (right.length + 1) + j;
    const found = known.get(key) ?? step(i, j);
    known.set(key, found);
    return found;
  };
  const step = (i: number, j: number): boolean => {
    const [a, b] = [left[i], right[j]];
    if (a === '**') return meet(i + 1, j) || (b !== undefined && meet(i, j + 1));
    if (b === '**') return meet(i, j + 1) || (a !== undefined && meet(i + 1, j));
    if (a === undefined || b === undefined) return a === b;
    return partsMeet(a, b) && meet(i + 1, j + 1);
  };
  // Classes, escapes and `**` inside a part may match more than one part.
  const isHard = [...left, ...right].some(
    (part) => /[[\\]/.test(part) || (part !== '**' && part.includes('**')),
  );
  return isHard ? firstPartsMeet(left, right) : meet(0, 0);
}

/** For patterns with parts that are hard to tell: false only where plain names at the start differ. */
function firstPartsMeet(left: readonly string[], right: readonly string[]): boolean {
  const isPlain = (part: string | undefined): part is string => part !== undefined && !/[*?[\\]/.test(part);
  for (const [position, part] of left.entries()) {
    const other = right[position];
    if (!isPlain(part) || !isPlain(other)) return true;
    if (part !== other) return false;
  }
  return true;
}

/** Whether one name fits both parts; `*` and `?` are their only wildcards. */
function partsMeet(a: string, b: string): boolean {
  if (a === '' || b === '') return /^\**$/.test(a + b);
  const [x, y] = [a.charAt(0), b.charAt(0)];
  if (x === '*') return partsMeet(a.slice(1), b) || partsMeet(a, b.slice(1));
  if (y === '*') return partsMeet(b, a);
  return (x === y || x === '?' || y === '?') && partsMeet(a.slice(1), b.slice(1));
}
