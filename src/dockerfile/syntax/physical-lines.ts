/** One line of a file: `start` to `end` without its line end (`\n`, and any `\r` before it), the next line at `next`. */
export interface PhysicalLine {
  /** 1-based. */
  readonly number: number;
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

const byteOrderMark = '\uFEFF';

/** Splits at `\n`, as BuildKit's scanner does. A byte-order mark is no part of the first line; behind a final `\n` there is no further line. */
export function physicalLines(text: string): readonly PhysicalLine[] {
  const lines: PhysicalLine[] = [];
  let start = text.startsWith(byteOrderMark) ? 1 : 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const next = newline === -1 ? text.length : newline + 1;
    let end = newline === -1 ? text.length : newline;
    while (end > start && text.charAt(end - 1) === '\r') end -= 1;
    lines.push({ number: lines.length + 1, start, end, next });
    start = next;
  }
  return lines;
}
