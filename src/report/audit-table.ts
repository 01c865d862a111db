import type { Audit } from '../audit/index.ts';
import { formatBytes } from '../base/index.ts';
import { findingLines } from './finding-lines.ts';
import { type Cell, layOutGrid } from './grid.ts';
import { type Screen, screenFor, type TerminalOptions } from './screen.ts';
import { plainText, wrap } from './terminal-text.ts';
import { counted, shortInstruction } from './wording.ts';

const shownPackages = 10;
const shownFindings = 12;

/** An audit for a terminal: headline, layers, the largest findings with their remedies, the largest packages; ends with a line end. */
export function auditTable(audit: Audit, options: TerminalOptions): string {
  const screen = screenFor(options);
  const sections = [
    headlineLines(audit, screen),
    layerLines(audit, screen),
    findingLines(audit.findings, screen, { title: 'Findings', most: shownFindings }),
    packageLines(audit, screen),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headlineLines(audit: Audit, { paint, width }: Screen): string[] {
  const { image } = audit;
  const without = image.contentBytes - audit.deadBytes - audit.avoidableBytes;
  const { os, architecture, variant } = image.platform;
  const facts = [
    `${os}/${architecture}${variant === undefined ? '' : `/${variant}`}`,
    ...(image.distribution === undefined ? [] : [plainText(image.distribution)]),
    counted(audit.layers.length, 'layer'),
    counted(image.fileCount, 'file'),
    `stored ${formatBytes(image.storedBytes)}`,
  ].join(' · ');
  const waste = [
    `${paint(formatBytes(audit.deadBytes), audit.deadBytes > 0 ? 'warn' : 'good')} dead`,
    `${paint(formatBytes(audit.avoidableBytes), audit.avoidableBytes > 0 ? 'warn' : 'good')} avoidable`,
    `without both ${paint(formatBytes(without), 'good')}`,
    `efficiency ${(audit.efficiency * 100).toFixed(1)}%`,
  ].join(' · ');
  return [
    `${paint(plainText(image.name), 'accent')}  ${paint(formatBytes(image.contentBytes), 'bold')} · ${waste}`,
    ...wrap(facts, width).map((line) => paint(line, 'dim')),
  ];
}

function layerLines(audit: Audit, { paint, width }: Screen): string[] {
  const size = (bytes: number): string => (bytes === 0 ? '' : formatBytes(bytes));
  const rows = audit.layers.map((layer): Cell[] => [
    { text: String(layer.position), style: 'dim' },
    {
      text: formatBytes(layer.contentBytes),
      style: layer.contentBytes * 10 >= audit.image.contentBytes ? 'bold' : 'plain',
    },
    { text: formatBytes(layer.storedBytes), style: 'dim' },
    { text: size(layer.deadBytes), style: 'warn' },
    {
      text: plainText(layer.instruction === undefined ? '' : shortInstruction(layer.instruction)),
      style: layer.isBase === true ? 'dim' : 'plain',
    },
  ]);
  const columns = [
    { title: '', align: 'right' as const },
    { title: 'content', align: 'right' as const },
    { title: 'stored', align: 'right' as const },
    { title: 'dead', align: 'right' as const },
    { title: 'instruction', isFlexible: true as const },
  ];
  return [paint('Layers', 'bold'), ...layOutGrid({ columns, rows }, width, paint)];
}

function packageLines(audit: Audit, { paint, width }: Screen): string[] {
  if (audit.packages.length === 0) return [];
  const rows = audit.packages
    .slice(0, shownPackages)
    .map((one): Cell[] => [
      { text: formatBytes(one.sizeBytes) },
      { text: plainText(one.name) },
      { text: plainText(one.version), style: 'dim' },
      { text: one.kind === 'distribution' ? 'Python' : one.kind, style: 'dim' },
      { text: counted(one.fileCount, 'file'), style: 'dim' },
    ]);
  const columns = [
    { title: '', align: 'right' as const },
    { title: '', isFlexible: true as const },
    { title: '' },
    { title: '' },
    { title: '', align: 'right' as const },
  ];
  const title = `Largest packages (${Math.min(shownPackages, audit.packages.length)} of ${audit.packages.length})`;
  return [paint(title, 'bold'), ...layOutGrid({ columns, rows }, width, paint)];
}
