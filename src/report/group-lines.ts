import { formatBytes, formatSeconds } from '../base/index.ts';
import type { Comparison } from '../compare/index.ts';
import { type Cell, type Column, type Grid, layOutGrid } from './grid.ts';
import type { Screen } from './screen.ts';
import type { SlimReport } from './slim-report.ts';
import { plainText, type Style, textWidth, wrap } from './terminal-text.ts';
import { formatBitRate, formatPercent, formatSaved, pushBound, sharedLayerNotes } from './wording.ts';

const barWidth = 18;
// Title, then before, after, saved and percent.
const plainColumns = 5;
const gzipColumns = 2;

/** The table of groups with its notes; bars where the terminal has room, no compressed sizes where it has little. */
export function groupLines(
  report: Pick<SlimReport, 'comparison' | 'standInNotes'>,
  { paint, width }: Screen,
): string[] {
  const { comparison } = report;
  const full = groupGrid(report);
  const layouts = [full.columns.length, plainColumns + gzipColumns, plainColumns].map((count) =>
    firstColumns(full, count),
  );
  const isFitting = (grid: Grid): boolean =>
    layOutGrid(grid, width, (text) => text).every((line) => textWidth(line) <= width);
  const grid = layouts.find(isFitting) ?? firstColumns(full, plainColumns);
  const { fat, lean } = comparison.total;
  const notes = [
    ...(fat.deadBytes > 0 || lean.deadBytes > 0
      ? [
          `Of it dead (stored, then hidden by a later layer): ${formatBytes(fat.deadBytes)} → ${formatBytes(lean.deadBytes)}.`,
        ]
      : []),
    ...report.standInNotes.map((note) => `* ${plainText(note)}`),
    `Push: ${pushBound(comparison.push.fat)} → ${pushBound(comparison.push.lean)}.`,
    `Pull at ${formatBitRate(comparison.pull.downlinkBitsPerSecond)}, unpacked: ${formatSeconds(comparison.pull.fat.totalSeconds)} → ${formatSeconds(comparison.pull.lean.totalSeconds)}.`,
    ...sharedLayerNotes(comparison).map(plainText),
  ];
  return [
    ...layOutGrid(grid, width, paint),
    ...notes.flatMap((note) => wrap(note, width)).map((line) => paint(line, 'dim')),
  ];
}

function firstColumns(grid: Grid, count: number): Grid {
  return { columns: grid.columns.slice(0, count), rows: grid.rows.map((row) => row.slice(0, count)) };
}

function groupGrid(report: Pick<SlimReport, 'comparison' | 'standInNotes'>): Grid {
  const { groups, total } = report.comparison;
  const mark = report.standInNotes.length > 0 ? ' *' : '';
  const largest = Math.max(
    1,
    ...groups.map(({ fat, lean }) => Math.max(fat.contentBytes, lean.contentBytes)),
  );
  const rows = groups
    .filter(({ fat, lean }) => fat.contentBytes > 0 || lean.contentBytes > 0)
    .map((row): Cell[] => [
      { text: `${row.title}${row.group === 'base' ? mark : ''}` },
      ...amountCells(row),
      { text: bar(row.fat.contentBytes, row.lean.contentBytes, largest), style: 'accent' },
    ]);
  const right = (title: string): Column => ({ title, align: 'right' });
  return {
    columns: [
      { title: '' },
      ...['before', 'after', 'saved', '', 'gzip before', 'after'].map(right),
      { title: '' },
    ],
    rows: [...rows, [{ text: 'Total', style: 'bold' }, ...amountCells(total, 'bold')]],
  };
}

function amountCells(row: Comparison['total'], style: Style = 'plain'): Cell[] {
  const change: Style = row.savedBytes > 0 ? 'good' : row.savedBytes < 0 ? 'bad' : 'dim';
  const approximate = (bytes: number, uncertain: number): string =>
    `${uncertain > 0 ? '≈ ' : ''}${formatBytes(bytes)}`;
  return [
    { text: approximate(row.fat.contentBytes, row.fat.uncertaintyBytes), style },
    { text: approximate(row.lean.contentBytes, row.lean.uncertaintyBytes), style },
    { text: formatSaved(row.savedBytes), style: change },
    { text: formatPercent(row.savedPercent), style: change },
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
