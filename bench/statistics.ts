/** The middle of some numbers, or the mean of the two in the middle; `NaN` of none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return (low + high) / 2;
}

/** How many times smaller `after` is than `before`, for people: `17×`, `1.4×`, `∞` when nothing is left, `–` when there was nothing. */
export function ratioText(before: number, after: number): string {
  if (before === 0) return '–';
  if (after === 0) return '∞';
  const ratio = before / after;
  const digits = ratio >= 100 ? 0 : ratio >= 10 ? 1 : 2;
  return `${Number(ratio.toFixed(digits)).toLocaleString('en')}×`;
}
