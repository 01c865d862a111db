import { formatBytes } from '../base/index.ts';
import type { Saving } from '../compare/index.ts';
import { type Cell, type Column, type Grid, layOutGrid } from './grid.ts';
import type { Screen } from './screen.ts';
import type { SlimReport } from './slim-report.ts';
import { plainText, type Style, textWidth, wrap } from './terminal-text.ts';
import {
  formatBitRate,
  formatChange,
  formatDuration,
  formatSaved,
  type ImageNames,
  pushBound,
  sharedLayerNotes,
} from './wording.ts';

const barWidth = 18;
// Title, then before, after, saved and percent.
const plainColumns = 5;
const compressedColumns = 2;

/** What the table is made from; `missing` where it is a forecast with gaps. */
type Grouped = Pick<SlimReport, 'comparison' | 'standInNotes'> &
  Partial<Pick<SlimReport, 'missing'>> & {
    /** Above the compressed sizes: `slim` pushes with gzip, any two images are compressed as their sources keep them. */
    readonly compressedTitle: 'gzip before' | 'compressed';
    readonly images: ImageNames;
  };

/**
 * The table of groups with its notes; bars where the terminal has room, no compressed sizes where it has little. With a
 * missing part there is no total, and nothing is said of a push.
 */
export function groupLines(report: Grouped, { paint, width }: Screen): string[] {
  const { comparison } = report;
  const full = groupGrid(report);
  const layouts = [full.columns.length, plainColumns + compressedColumns, plainColumns].map((count) =>
    firstColumns(full, count),
  );
  const isFitting = (grid: Grid): boolean =>
    layOutGrid(grid, width, (text) => text).every((line) => textWidth(line) <= width);
  const grid = layouts.find(isFitting) ?? firstColumns(full, plainColumns);
  const notes = [...totalNotes(report), ...sharedLayerNotes(comparison, report.images).map(plainText)];
  return [
    ...layOutGrid(grid, width, paint),
    ...notes.flatMap((note) => wrap(note, width)).map((line) => paint(line, 'dim')),
  ];
}

function totalNotes(report: Grouped): string[] {
  const { comparison, missing = [] } = report;
  const { push, pull, isForecast } = comparison;
  const { fat, lean } = comparison.total;
  return [
    ...(fat.deadBytes > 0 || lean.deadBytes > 0
      ? [
          `Of it dead (stored, then hidden by a later layer): ${formatBytes(fat.deadBytes)} → ${formatBytes(lean.deadBytes)}.`,
        ]
      : []),
    ...report.standInNotes.map((note) => `* ${plainText(note)}`),
    ...(missing.length > 0
      ? []
      : [
          `Push: ${pushBound(push.fat)} → ${pushBound(push.lean)}.`,
          `Pull at ${formatBitRate(pull.downlinkBitsPerSecond)}, unpacked: ${formatDuration(pull.fat.totalSeconds, isForecast)} → ${formatDuration(pull.lean.totalSeconds, isForecast)}.`,
        ]),
  ];
}

function firstColumns(grid: Grid, count: number): Grid {
  return { columns: grid.columns.slice(0, count), rows: grid.rows.map((row) => row.slice(0, count)) };
}

function groupGrid(report: Grouped): Grid {
  const { groups, total } = report.comparison;
  const unknown = new Set((report.missing ?? []).map(({ group }) => group));
  const mark = report.standInNotes.length > 0 ? ' *' : '';
  const largest = Math.max(
    1,
    ...groups.map(({ fat, lean }) => Math.max(fat.contentBytes, lean.contentBytes)),
  );
  const rows = groups
    .filter(({ group, fat, lean }) => fat.contentBytes > 0 || lean.contentBytes > 0 || unknown.has(group))
    .map((row): Cell[] => [
      { text: `${row.title}${row.group === 'base' ? mark : ''}` },
      ...(unknown.has(row.group) ? unknownCells : amountCells(row, total)),
      { text: bar(row.fat.contentBytes, row.lean.contentBytes, largest), style: 'accent' },
    ]);
  const right = (title: string): Column => ({ title, align: 'right' });
  return {
    columns: [
      { title: '' },
      ...['before', 'after', 'saved', '', report.compressedTitle, 'after'].map(right),
      { title: '' },
    ],
    rows:
      unknown.size > 0
        ? rows
        : [...rows, [{ text: 'Total', style: 'bold' }, ...amountCells(total, total, 'bold')]],
  };
}

const unknownCells: readonly Cell[] = ['unknown', 'unknown', '–', '–', '', ''].map((text) => ({
  text,
  style: 'warn',
}));

function amountCells(row: Saving, total: Saving, style: Style = 'plain'): Cell[] {
  const change: Style = row.savedBytes > 0 ? 'good' : row.savedBytes < 0 ? 'bad' : 'dim';
  const approximate = (bytes: number, uncertain: number): string =>
    `${uncertain > 0 ? '≈ ' : ''}${formatBytes(bytes)}`;
  return [
    { text: approximate(row.fat.contentBytes, row.fat.uncertaintyBytes), style },
    { text: approximate(row.lean.contentBytes, row.lean.uncertaintyBytes), style },
    { text: formatSaved(row.savedBytes), style: change },
    { text: formatChange(row, total), style: change },
    { text: approximate(row.fat.compressedBytes, row.fat.uncertaintyBytes), style },
    { text: approximate(row.lean.compressedBytes, row.lean.uncertaintyBytes), style },
  ];
}

// What is left is solid, what is gone is light, both to the scale of the largest group.
function bar(fatBytes: number, leanBytes: number, largest: number): string {
  const scale = (bytes: number): number => Math.ceil((barWidth * bytes) / largest);
  const kept = scale(Math.min(fatBytes, leanBytes));
  const all = scale(Math.max(fatBytes, leanBytes));
  return '█'.repeat(kept) + '░'.repeat(Math.max(0, all - kept));
}
