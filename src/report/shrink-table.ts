import { formatBytes } from '../base/index.ts';
import type { NewLayer, OldLayer, ShrinkReport } from '../shrink/index.ts';
import { type Cell, layOutGrid } from './grid.ts';
import { type Screen, screenFor, type TerminalOptions } from './screen.ts';
import { type ShrinkProof, shrinkProofLines } from './shrink-proof.ts';
import { plainText, wrap } from './terminal-text.ts';
import { counted, formatRatio, formatSaved, shortInstruction } from './wording.ts';

/** How many remarks are shown of each kind; the JSON has them all. */
const mostRemarks = 8;

/**
 * What shrinking did for a terminal: headline, passes, layers before and after, what stayed and why, and what came of running both
 * images; ends with a line end.
 */
export function shrinkTable(report: ShrinkReport, options: TerminalOptions, proof?: ShrinkProof): string {
  const screen = screenFor(options);
  const sections = [
    headlineLines(report, screen),
    passLines(report, screen),
    layerLines(report, screen),
    remarkLines(
      'Taken back, as the proof speaks against it',
      report.takenBack.map(({ pass, path, because }) => `${pass}: ${path}: ${because}`),
      screen,
    ),
    remarkLines(
      'Left alone',
      report.leftAlone.map(({ pass, path, because }) => `${pass}: ${path}: ${because}`),
      screen,
    ),
    proof === undefined ? [] : shrinkProofLines(proof, screen),
    outputLines(report, screen),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headlineLines(report: ShrinkReport, { paint, width }: Screen): string[] {
  const { before, after, isDryRun } = report;
  const [was, is] = [before.contentBytes, after.contentBytes];
  const stored =
    after.storedBytes === undefined
      ? ''
      : `, stored ${formatBytes(before.storedBytes)} → ${formatBytes(after.storedBytes)}`;
  const sizes = `${formatBytes(was)} → ${formatBytes(is)} (${formatRatio(was, is)})${stored}`;
  return [
    paint(plainText(`${report.image.name}${isDryRun ? ' (nothing is written)' : ''}`), 'accent'),
    ...wrap(sizes, width).map((line) => paint(line, 'bold')),
    ...wrap(baseSentence(report), width).map((line) => paint(line, 'dim')),
  ];
}

function baseSentence({ base, before }: ShrinkReport): string {
  if (base === undefined) return 'No base: every layer is written anew.';
  const layers = before.layers.filter(({ isBase }) => isBase);
  const size = formatBytes(layers.reduce((sum, { contentBytes }) => sum + contentBytes, 0));
  const name = base.name === undefined ? '' : ` ${plainText(base.name)}`;
  return `The base${name} stays as it is and shared (${counted(layers.length, 'layer')}, ${size}, told by ${base.evidence}).`;
}

function passLines(report: ShrinkReport, { paint, width }: Screen): string[] {
  const dead: Cell[] = [
    { text: formatSaved(report.deadBytes), style: report.deadBytes > 0 ? 'good' : 'dim' },
    { text: 'dead-bytes' },
    { text: 'safe', style: 'dim' },
    { text: '' },
    { text: 'stored and never seen', style: 'dim' },
  ];
  const rows = report.passes.map((pass): Cell[] => [
    { text: formatSaved(pass.savedBytes), style: pass.savedBytes > 0 ? 'good' : 'dim' },
    { text: pass.name },
    { text: pass.risk, style: 'dim' },
    { text: pass.fileCount === 0 ? '' : counted(pass.fileCount, 'file'), style: 'dim' },
    {
      // First, as narrow terminals cut the end off.
      text: `${pass.inBaseBytes > 0 ? `${formatBytes(pass.inBaseBytes)} more in the base; ` : ''}${pass.title}`,
      style: 'dim',
    },
  ]);
  const columns = [
    { title: '', align: 'right' as const },
    { title: '' },
    { title: '' },
    { title: '', align: 'right' as const },
    { title: '', isFlexible: true as const },
  ];
  return [paint('Passes', 'bold'), ...layOutGrid({ columns, rows: [dead, ...rows] }, width, paint)];
}

function layerLines({ before, after }: ShrinkReport, { paint, width }: Screen): string[] {
  const right = (title: string): { title: string; align: 'right' } => ({ title, align: 'right' });
  const old = layOutGrid(
    {
      columns: [right(''), right('content'), right('dead'), { title: 'instruction', overflow: 'cut' }],
      rows: before.layers.map(oldRow),
    },
    width,
    paint,
  );
  const own = layOutGrid(
    {
      columns: [
        right(''),
        right('content'),
        right('stored'),
        right('files'),
        { title: 'holds', overflow: 'cut' },
      ],
      rows: after.layers.map(newRow),
    },
    width,
    paint,
  );
  return [paint('Layers before', 'bold'), ...old, '', paint('Layers after', 'bold'), ...own];
}

function oldRow(layer: OldLayer): Cell[] {
  const instruction = layer.instruction === undefined ? '' : shortInstruction(layer.instruction);
  return [
    { text: String(layer.position), style: 'dim' },
    { text: formatBytes(layer.contentBytes) },
    { text: layer.deadBytes === 0 ? '' : formatBytes(layer.deadBytes), style: 'bad' },
    {
      text: plainText(layer.isBase ? `base: ${instruction}` : instruction),
      style: layer.isBase ? 'dim' : 'plain',
    },
  ];
}

function newRow(layer: NewLayer): Cell[] {
  const isBase = layer.group === undefined;
  return [
    { text: String(layer.position), style: 'dim' },
    { text: formatBytes(layer.contentBytes) },
    { text: layer.storedBytes === undefined ? '' : formatBytes(layer.storedBytes), style: 'dim' },
    { text: String(layer.fileCount), style: 'dim' },
    { text: layer.group ?? 'base', style: isBase ? 'dim' : 'plain' },
  ];
}

function remarkLines(title: string, remarks: readonly string[], { paint, width }: Screen): string[] {
  if (remarks.length === 0) return [];
  const shown = remarks
    .slice(0, mostRemarks)
    .flatMap((remark) => wrap(plainText(remark), width - 2).map((line) => `  ${line}`));
  const more = remarks.length - mostRemarks;
  return [
    paint(title, 'bold'),
    ...shown,
    ...(more > 0 ? [paint(`  and ${more} more (--json has them)`, 'dim')] : []),
  ];
}

function outputLines({ output, passes, tracedModules }: ShrinkReport, { paint, width }: Screen): string[] {
  const isLess = passes.some(({ name, savedBytes }) => name === 'bytecode' && savedBytes > 0);
  const kept =
    tracedModules === undefined
      ? []
      : wrap(`Bytecode stays of what a start loads: ${counted(tracedModules, 'module')}.`, width);
  const warning =
    isLess && tracedModules === undefined
      ? wrap(
          'Without compiled modules every start compiles what it imports: `import torch` took 4.7 s in place of 2.1 s where it was measured.',
          width,
        )
      : [];
  const written = output === undefined ? [] : wrap(`Written to ${plainText(output.destination)}`, width);
  return [
    ...kept.map((line) => paint(line, 'dim')),
    ...warning.map((line) => paint(line, 'warn')),
    ...written.map((line) => paint(line, 'good')),
  ];
}
