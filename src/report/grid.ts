import { type Paint, pad, type Style, textWidth, truncate } from './terminal-text.ts';

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
}

/** A table of a terminal. */
export interface Grid {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

const gap = '  ';

/** Lays a grid out in `width` columns; no line is wider, as long as the fixed columns fit. */
export function layOutGrid(grid: Grid, width: number, paint: Paint): string[] {
  const widths = grid.columns.map((column, i) =>
    Math.max(textWidth(column.title), ...grid.rows.map((row) => textWidth(row[i]?.text ?? ''))),
  );
  const flexible = grid.columns.findIndex((column) => column.isFlexible);
  if (flexible !== -1) {
    const others = widths.reduce((sum, one, i) => (i === flexible ? sum : sum + one), 0);
    const left = width - others - gap.length * (widths.length - 1);
    widths[flexible] = Math.max(8, Math.min(widths[flexible] ?? 0, left));
  }
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
  const header = hasHeader
    ? [
        line(
          grid.columns.map(({ title }) => ({ text: title })),
          true,
        ),
      ]
    : [];
  return [...header, ...grid.rows.map((row) => line(row, false))];
}
