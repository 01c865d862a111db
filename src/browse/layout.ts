/** How big the terminal is, in character cells. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Where things are on the screen; the first line is the headline, the second the titles, the last the prompt. */
export interface Layout {
  /** Too small for two panes: only the one in use is shown. */
  readonly isSmall: boolean;
  /** Columns of the left pane, 0 where it is not shown. */
  readonly leftColumns: number;
  readonly rightColumns: number;
  /** Lines between the titles and the last line. */
  readonly bodyRows: number;
  /** Of the body: lines for the list of layers; the details have the rest. */
  readonly layerRows: number;
}

const comfortable: ScreenSize = { columns: 60, rows: 15 };

/** Divides the screen. */
export function layOut({ columns, rows }: ScreenSize, focus: 'layers' | 'files', layerCount: number): Layout {
  const isSmall = columns < comfortable.columns || rows < comfortable.rows;
  const bodyRows = Math.max(1, rows - 3);
  if (isSmall) {
    const isLeft = focus === 'layers';
    return {
      isSmall,
      leftColumns: isLeft ? columns : 0,
      rightColumns: isLeft ? 0 : columns,
      bodyRows,
      layerRows: bodyRows,
    };
  }
  const leftColumns = Math.min(64, Math.max(28, Math.floor(columns * 0.38)));
  return {
    isSmall,
    leftColumns,
    rightColumns: columns - leftColumns - 3,
    bodyRows,
    layerRows: Math.min(layerCount, Math.max(3, Math.floor(bodyRows / 2))),
  };
}

/** What is said where the terminal is small. */
export const smallScreenNote: string = `${comfortable.columns}×${comfortable.rows} shows more`;
