import type { Audit } from '../audit/index.ts';
import { formatBytes } from '../base/index.ts';
import type { GateResult } from '../policy/index.ts';
import {
  avoidableByLayer,
  baseShare,
  efficiencyText,
  inPlace,
  layerSize,
  layerSizeTitle,
  neededBytes,
  packageKindName,
  platformName,
  storedFact,
} from './audit-sums.ts';
import { findingLines } from './finding-lines.ts';
import { gateLines } from './gate-lines.ts';
import { type Cell, layOutGrid } from './grid.ts';
import { type Screen, screenFor, type TerminalOptions } from './screen.ts';
import { plainText, textWidth, wrap } from './terminal-text.ts';
import { counted, shortInstruction } from './wording.ts';

const shownPackages = 10;
const shownFindings = 12;

/** The terminal, and what was judged beside the audit. */
export interface AuditTableOptions extends TerminalOptions {
  readonly gates?: readonly GateResult[] | undefined;
  /** Remarks on the gates. */
  readonly gateNotes?: readonly string[] | undefined;
}

/** An audit for a terminal: headline, layers, the largest findings with their remedies, the largest packages, the gates; ends with a line end. */
export function auditTable(audit: Audit, options: AuditTableOptions): string {
  const screen = screenFor(options);
  const sections = [
    headlineLines(audit, screen),
    layerLines(audit, screen),
    findingLines(audit.findings, screen, { title: 'Findings', most: shownFindings, isDetailed: true }),
    packageLines(audit, screen),
    unreadableLines(audit, screen),
    gateLines(options.gates ?? [], screen, options.gateNotes),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** What the image is, how much of it is waste, and what is the base's. */
export function headlineLines(audit: Audit, { paint, width }: Screen): string[] {
  const { image } = audit;
  const facts = [
    platformName(image.platform),
    ...(image.distribution === undefined ? [] : [plainText(image.distribution)]),
    counted(audit.layers.length, 'layer'),
    counted(image.fileCount, 'file'),
  ].join(' · ');
  const part = (bytes: number, noun: string): [string, string] => {
    const size = formatBytes(bytes);
    return [`${size} ${noun}`, `${paint(size, bytes > 0 ? 'warn' : 'good')} ${noun}`];
  };
  const could = formatBytes(neededBytes(audit));
  const efficiency = `efficiency ${efficiencyText(audit)}`;
  const [name, size] = [plainText(image.name), formatBytes(image.contentBytes)];
  const parts: [plain: string, painted: string][] = [
    [`${name}  ${size}`, `${paint(name, 'accent')}  ${paint(size, 'bold')}`],
    [storedFact(image), storedFact(image)],
    part(audit.deadBytes, 'dead'),
    part(audit.avoidableBytes, 'avoidable'),
    [`could be ${could}`, `could be ${paint(could, 'good')}`],
    [efficiency, efficiency],
  ];
  return [
    ...joinParts(parts, width),
    ...[facts, ...baseFact(audit)].flatMap((fact) => wrap(fact, width)).map((line) => paint(line, 'dim')),
  ];
}

/** Parts with ` · ` between them, in lines of at most `width` columns. */
function joinParts(parts: readonly (readonly [plain: string, painted: string])[], width: number): string[] {
  const lines: { plain: string; painted: string }[] = [];
  for (const [plain, painted] of parts) {
    const last = lines.at(-1);
    if (last === undefined || textWidth(last.plain) + 3 + textWidth(plain) > width) {
      lines.push({ plain, painted });
      continue;
    }
    last.plain += ` · ${plain}`;
    last.painted += ` · ${painted}`;
  }
  return lines.map(({ painted }) => painted);
}

function baseFact(audit: Audit): string[] {
  const share = baseShare(audit);
  if (share === undefined) return [];
  const { name, evidence, layers, baseBytes, userBytes, userLayers } = share;
  return [
    `${formatBytes(baseBytes)} base (${plainText(name)}, ${layers}, ${evidence}) · ${formatBytes(userBytes)} on top of it (${userLayers})`,
  ];
}

function layerLines(audit: Audit, { paint, width }: Screen): string[] {
  const size = (bytes: number): string => (bytes === 0 ? '' : formatBytes(bytes));
  const avoidable = avoidableByLayer(audit);
  const rows = audit.layers.map((layer): Cell[] => [
    { text: String(layer.position), style: 'dim' },
    {
      text: formatBytes(layer.contentBytes),
      style:
        layer.isBase === true
          ? 'dim'
          : layer.contentBytes * 10 >= audit.image.contentBytes
            ? 'bold'
            : 'plain',
    },
    { text: layerSize(audit, layer), style: 'dim' },
    { text: size(layer.deadBytes), style: 'bad' },
    { text: size(avoidable.get(layer.position) ?? 0), style: 'warn' },
    { text: layer.isBase === true ? 'base' : '', style: 'dim' },
    {
      text: plainText(layer.instruction === undefined ? '' : shortInstruction(layer.instruction)),
      style: layer.isBase === true ? 'dim' : 'plain',
    },
  ]);
  const right = (title: string): { title: string; align: 'right' } => ({ title, align: 'right' });
  const columns = [
    right(''),
    right('content'),
    right(layerSizeTitle(audit)),
    right('dead'),
    right('avoidable'),
    { title: '' },
    { title: 'instruction', overflow: 'cut' as const },
  ];
  return [paint('Layers', 'bold'), ...layOutGrid({ columns, rows }, width, paint)];
}

function unreadableLines({ unreadable }: Audit, { paint, width }: Screen): string[] {
  if (unreadable.length === 0) return [];
  return [
    `${paint('Could not be read', 'bold')}${paint(', so files or packages may be missing', 'dim')}`,
    ...unreadable.flatMap(({ path, reason }) =>
      wrap(`${plainText(path)}: ${plainText(reason)}`, width - 2).map((line) => `  ${line}`),
    ),
  ];
}

function packageLines(audit: Audit, { paint, width }: Screen): string[] {
  if (audit.packages.length === 0) return [];
  const rows = audit.packages
    .slice(0, shownPackages)
    .map((one): Cell[] => [
      { text: formatBytes(one.sizeBytes) },
      { text: plainText(`${one.name}${inPlace(one)}`) },
      { text: plainText(one.version), style: 'dim' },
      { text: packageKindName(one.kind), style: 'dim' },
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
