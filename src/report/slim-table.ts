import { formatSeconds } from '../base/index.ts';
import { findingLines } from './finding-lines.ts';
import { groupLines } from './group-lines.ts';
import { layerLines } from './layer-columns.ts';
import { type Screen, screenFor, type TerminalOptions } from './screen.ts';
import type { ReportedEdit, SlimReport } from './slim-report.ts';
import { pad, plainText, type Style, textWidth, truncate, wrap } from './terminal-text.ts';
import { verificationLines } from './verification-lines.ts';
import { counted, formatAmount, formatBitRate, formatPercent, formatSaved, headline } from './wording.ts';

/** The report of `plimsoll slim` for a terminal; ends with a line end. */
export function slimTable(report: SlimReport, options: TerminalOptions): string {
  const screen = screenFor(options);
  const sections = [
    headlineLines(report, screen),
    groupLines(report, screen),
    layerLines(report.comparison, screen, report.standInNotes.length > 0),
    report.findings.length === 0
      ? []
      : findingLines(report.findings, screen, { title: 'What makes it heavy', most: 6 }),
    editLines(report.edits, screen),
    leftAloneLines(report, screen),
    verificationLines(report.verification, screen),
    listLines('Warnings', report.warnings, { screen, mark: '!', style: 'warn' }),
    listLines('Files', report.files, { screen, mark: ' ', style: 'plain' }),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headlineLines(report: SlimReport, { paint, width }: Screen): string[] {
  const { total, push } = report.comparison;
  const size = `${paint(`${formatAmount(total.fat)} → ${formatAmount(total.lean)}`, 'bold')} ${paint(`(${formatPercent(total.savedPercent)})`, total.savedBytes >= 0 ? 'good' : 'bad')}`;
  const times = `push at ${formatBitRate(push.uplinkBitsPerSecond)} ${paint(`${formatSeconds(push.fat.totalSeconds)} → ${formatSeconds(push.lean.totalSeconds)}`, 'bold')}`;
  const { target, engine } = report;
  const by = target.source === 'given' ? 'as given' : target.evidence.map(plainText).join('; ');
  const facts = `for ${target.device.toUpperCase()} (${by}) · ${engine === undefined ? 'nothing was built' : `built by ${engine.name} ${engine.version}`}`;
  const forecast = report.comparison.isForecast
    ? wrap('Forecast: no image was measured; sizes are estimates with the uncertainty shown.', width).map(
        (line) => paint(line, 'warn'),
      )
    : [];
  const name = truncate(plainText(report.projectName), width);
  // One line where it fits; the name, the size and the push on lines of their own on a narrow terminal.
  const isOneLine = textWidth(`${name}  ${headline(report.comparison)}`) <= width;
  const first = paint(name, 'accent');
  return [
    ...(isOneLine ? [`${first}  ${size}, ${times}`] : [first, size, times]),
    ...wrap(facts, width).map((line) => paint(line, 'dim')),
    ...forecast,
  ];
}

const editMarks: Readonly<Record<ReportedEdit['state'], { readonly mark: string; readonly style: Style }>> = {
  applied: { mark: '✓', style: 'good' },
  'taken back': { mark: '↶', style: 'warn' },
  skipped: { mark: '·', style: 'dim' },
};

function editLines(edits: readonly ReportedEdit[], { width, paint }: Screen): string[] {
  if (edits.length === 0) return [];
  const applied = edits.filter(({ state }) => state === 'applied').length;
  const lines = edits.flatMap((edit) => {
    const { mark, style } = editMarks[edit.state];
    const saved = edit.measuredBytes ?? edit.predictedBytes;
    const bytes =
      saved === 0 || edit.state !== 'applied'
        ? ''
        : `${edit.measuredBytes === undefined ? '≈ ' : ''}${formatSaved(saved)}`;
    const state = edit.state === 'applied' ? '' : ` (${edit.state})`;
    const room = width - 4 - 12;
    const title = pad(truncate(`${plainText(edit.title)}${state}`, room), room);
    const why = edit.why === undefined ? edit.reason : `${edit.why}`;
    return [
      `  ${paint(mark, style)} ${paint(title, edit.state === 'applied' ? 'plain' : 'dim')}${pad(bytes, 12, 'right')}`.trimEnd(),
      ...wrap(plainText(why), width - 4).map((line) => `    ${paint(line, 'dim')}`),
    ];
  });
  return [paint(`What was done: ${applied} of ${counted(edits.length, 'edit')}`, 'bold'), ...lines];
}

function leftAloneLines(report: SlimReport, { width, paint }: Screen): string[] {
  if (report.leftAlone.length === 0) return [];
  return [
    paint('Left alone', 'bold'),
    ...report.leftAlone.flatMap(({ what, because }) =>
      wrap(`${plainText(what)}: ${plainText(because)}`, width - 4).map(
        (line, i) => `  ${i === 0 ? '·' : ' '} ${line}`,
      ),
    ),
  ];
}

interface ListStyle {
  readonly screen: Screen;
  readonly mark: string;
  readonly style: Style;
}

function listLines(title: string, items: readonly string[], { screen, mark, style }: ListStyle): string[] {
  if (items.length === 0) return [];
  return [
    screen.paint(title, 'bold'),
    ...items.flatMap((item) =>
      wrap(plainText(item), screen.width - 4).map(
        (line, i) => `  ${i === 0 ? screen.paint(mark, style) : ' '} ${line}`,
      ),
    ),
  ];
}
