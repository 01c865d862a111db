import type { Audit, AuditGrouping, AuditGroupRow } from '../audit/index.ts';
import { formatBytes } from '../base/index.ts';
import { inPlace, packageKindName } from './audit-sums.ts';
import { type AuditTableOptions, headlineLines } from './audit-table.ts';
import { gateLines } from './gate-lines.ts';
import { type Cell, type Column, layOutGrid } from './grid.ts';
import { screenFor } from './screen.ts';
import { plainText } from './terminal-text.ts';
import { shortInstruction } from './wording.ts';

/** The rows, and what they were made by. */
export interface AuditGroups {
  readonly by: AuditGrouping;
  readonly rows: readonly AuditGroupRow[];
}

const nouns: Readonly<Record<AuditGrouping, readonly [title: string, one: string, many: string]>> = {
  layer: ['By layer', 'layer', 'layers'],
  package: ['By package', 'package', 'packages'],
  class: ['By class', 'class', 'classes'],
  directory: ['By directory', 'directory', 'directories'],
};

/** The bytes of an image sorted into rows, for a terminal: largest first, with the sum; layers in their order. Ends with a line end. */
export function auditGroupsTable(
  audit: Audit,
  { by, rows }: AuditGroups,
  options: AuditTableOptions,
): string {
  const screen = screenFor(options);
  const { paint, width } = screen;
  const [title, one, many] = nouns[by];
  const ordered = by === 'layer' ? [...rows].sort((a, b) => (a.layer ?? 0) - (b.layer ?? 0)) : rows;
  const total = audit.image.contentBytes;
  const lines = ordered.map((row) => cellsOf(row, total, audit));
  const sum = (key: 'sizeBytes' | 'deadBytes' | 'avoidableBytes'): string =>
    formatBytes(rows.reduce((all, row) => all + row[key], 0));
  const count = rows.length === 1 ? `1 ${one}` : `${rows.length.toLocaleString('en-US')} ${many}`;
  const totals: Cell[] = [
    sum('sizeBytes'),
    '',
    sum('deadBytes'),
    sum('avoidableBytes'),
    '',
    '',
    `total of ${count}`,
  ].map((text) => ({ text, style: 'bold' }));
  const right = (name: string): Column => ({ title: name, align: 'right' });
  const columns = [
    ...['content', '%', 'dead', 'avoidable', 'files'].map(right),
    { title: '' },
    { title: one, overflow: 'cut' as const },
  ];
  const sections = [
    headlineLines(audit, screen),
    [paint(title, 'bold'), ...layOutGrid({ columns, rows: [...lines, totals] }, width, paint)],
    gateLines(options.gates ?? [], screen, options.gateNotes),
  ];
  return `${sections
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}

function cellsOf(row: AuditGroupRow, total: number, audit: Audit): Cell[] {
  const size = (bytes: number): string => (bytes === 0 ? '' : formatBytes(bytes));
  const share = total === 0 ? 0 : (100 * row.sizeBytes) / total;
  const isBase = row.layer !== undefined && audit.layers[row.layer]?.isBase === true;
  const mark =
    row.layer === undefined ? packageKindName(row.packageKind ?? '') : `${row.layer}${isBase ? ' base' : ''}`;
  return [
    { text: formatBytes(row.sizeBytes), style: isBase ? 'dim' : share >= 10 ? 'bold' : 'plain' },
    { text: share > 0 && share < 0.05 ? '<0.1' : share.toFixed(1), style: 'dim' },
    { text: size(row.deadBytes), style: 'bad' },
    { text: size(row.avoidableBytes), style: 'warn' },
    { text: row.fileCount.toLocaleString('en-US'), style: 'dim' },
    { text: mark, style: 'dim' },
    {
      text: plainText(row.layer === undefined ? `${row.name}${inPlace(row)}` : shortInstruction(row.name)),
      style: isBase ? 'dim' : 'plain',
    },
  ];
}
