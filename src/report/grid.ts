import { type Paint, pad, type Style, textWidth, truncate, wrap } from './terminal-text.ts';

/** One cell: text without escape codes, and how it looks. */
export interface Cell {
  readonly text: string;
  readonly style?: Style;
}

/** One column of a grid. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** At most one column: it takes what the others leave, and is cut to it. */
  readonly isFlexible?: true;
  /** The flexible column, where it is the last: goes below its row where the others leave little; `wrap` goes on in further lines instead of being cut. */
  readonly overflow?: 'cut' | 'wrap';
}

/** A table of a terminal. */
export interface Grid {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

const gap = '  ';

/** A last column that would be narrower goes below its row. */
const narrowest = { cut: 20, wrap: 28 } as const;

/** Lays a grid out in `width` columns; no line is wider, as long as the fixed columns fit. */
export function layOutGrid(grid: Grid, width: number, paint: Paint): string[] {
  const { widths, flexible, left } = widthsOf(grid, width);
  const overflow = grid.columns.at(-1)?.overflow;
  if (overflow === undefined) return gridLines(grid, widths, paint);
  if (left >= Math.min(narrowest[overflow], widthOf(grid, flexible)))
    return gridLines(overflow === 'wrap' ? wrapped(grid, widths) : grid, widths, paint);
  return stackedLines(grid, { widths, width, paint, overflow });
}

/** Each row, and its last cell below it. */
function stackedLines(
  { columns, rows }: Grid,
  place: {
    readonly widths: readonly number[];
    readonly width: number;
    readonly paint: Paint;
    readonly overflow: 'cut' | 'wrap';
  },
): string[] {
  const { widths, paint, overflow } = place;
  const indent = (widths[0] ?? 0) + gap.length;
  const room = Math.max(narrowest.wrap, place.width - indent);
  const above = { columns: columns.slice(0, -1), rows: rows.map((row) => row.slice(0, -1)) };
  const lines = gridLines(above, widths, paint);
  const header = lines.length > rows.length ? lines.slice(0, 1) : [];
  return [
    ...header,
    ...rows.flatMap((row, at) => {
      const { text, style = 'plain' } = row.at(-1) ?? { text: '' };
      const below = overflow === 'wrap' ? wrap(text, room) : text === '' ? [] : [truncate(text, room)];
      return [
        lines[header.length + at] ?? '',
        ...below.map((line) => `${' '.repeat(indent)}${paint(line, style)}`),
      ];
    }),
  ];
}

/** The width of each column, which one gives way, and what is left for it. */
function widthsOf(
  grid: Grid,
  width: number,
): { readonly widths: readonly number[]; readonly flexible: number; readonly left: number } {
  const widths = grid.columns.map((_, i) => widthOf(grid, i));
  const flexible = grid.columns.findIndex(
    (column) => column.isFlexible === true || column.overflow !== undefined,
  );
  if (flexible === -1) return { widths, flexible, left: 0 };
  const others = widths.reduce((sum, one, i) => (i === flexible ? sum : sum + one), 0);
  const left = width - others - gap.length * (widths.length - 1);
  widths[flexible] = Math.max(8, Math.min(widths[flexible] ?? 0, left));
  return { widths, flexible, left };
}

function widthOf({ columns, rows }: Grid, at: number): number {
  return Math.max(textWidth(columns[at]?.title ?? ''), ...rows.map((row) => textWidth(row[at]?.text ?? '')));
}

/** The grid with a row for each line of its last column. */
function wrapped({ columns, rows }: Grid, widths: readonly number[]): Grid {
  const lines = rows.flatMap((row): readonly (readonly Cell[])[] => {
    const last = row.at(-1) ?? { text: '' };
    const [first = '', ...rest] = wrap(last.text, widths.at(-1) ?? 8);
    return [
      [...row.slice(0, -1), { ...last, text: first }],
      ...rest.map((text) => [...row.slice(0, -1).map(() => ({ text: '' })), { ...last, text }]),
    ];
  });
  return { columns, rows: lines };
}

function gridLines(grid: Grid, widths: readonly number[], paint: Paint): string[] {
  const line = (cells: readonly Cell[], isHeader: boolean): string =>
    grid.columns
      .map((column, i) => {
        const cell = cells[i] ?? { text: '' };
        const columnWidth = widths[i] ?? 0;
        const cut = truncate(cell.text, columnWidth);
        // No spaces after the last column, which colour codes would keep from being trimmed.
        const isLastLeft = i === grid.columns.length - 1 && column.align !== 'right';
        const text = isLastLeft ? cut : pad(cut, columnWidth, column.align);
        return paint(text, isHeader ? 'dim' : (cell.style ?? 'plain'));
      })
      .join(gap)
      .trimEnd();
  const hasHeader = grid.columns.some(({ title }) => title !== '');
  const titles = grid.columns.map(({ title }) => ({ text: title }));
  return [...(hasHeader ? [line(titles, true)] : []), ...grid.rows.map((row) => line(row, false))];
}
