import type { Comparison } from '../compare/index.ts';
import { findingLines } from './finding-lines.ts';
import { groupLines } from './group-lines.ts';
import { layerLines } from './layer-columns.ts';
import { type Screen, screenFor, type TerminalOptions } from './screen.ts';
import { editsHeading, isMade, predictedSaving } from './slim-edits.ts';
import { writtenFiles } from './slim-files.ts';
import { missingTitle, slimHeadline } from './slim-headline.ts';
import type { ReportedEdit, SlimReport } from './slim-report.ts';
import { pad, plainText, type Style, textWidth, truncate, wrap } from './terminal-text.ts';
import { verificationLines } from './verification-lines.ts';
import { fatAndLean, formatAmount, formatBitRate, formatChange, pushTimes } from './wording.ts';

/** The report of `plimsoll slim` for a terminal; ends with a line end. */
export function slimTable(report: SlimReport, options: TerminalOptions): string {
  const screen = screenFor(options);
  const sections = [
    headlineLines(report, screen),
    missingLines(report, screen),
    groupLines({ ...report, compressedTitle: 'gzip before', images: fatAndLean }, screen),
    report.missing.length > 0 ? [] : layerLines(report.comparison, screen, report.standInNotes.length > 0),
    report.findings.length === 0
      ? []
      : findingLines(report.findings, screen, { title: 'What makes it heavy', most: 6 }),
    editLines(report.edits, screen),
    leftAloneLines(report, screen),
    verificationLines(report.verification, screen),
    listLines('Warnings', report.warnings, { screen, mark: '!', style: 'warn' }),
    fileLines(report.files, screen),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headlineLines(report: SlimReport, { paint, width }: Screen): string[] {
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
  const isOneLine = textWidth(`${name}  ${slimHeadline(report)}`) <= width;
  const first = paint(name, 'accent');
  const claims = report.missing.length > 0 ? [] : claimsOf(report.comparison, paint);
  const rest =
    claims.length > 0 ? claims : wrap(slimHeadline(report), width).map((line) => paint(line, 'warn'));
  return [
    ...(isOneLine ? [`${first}  ${rest.join(', ')}`] : [first, ...rest]),
    ...wrap(facts, width).map((line) => paint(line, 'dim')),
    ...forecast,
  ];
}

/** The headline in two painted halves: what became smaller, and what that does to a push. */
function claimsOf(comparison: Comparison, paint: Screen['paint']): string[] {
  const { total } = comparison;
  const change = paint(`(${formatChange(total, total)})`, total.savedBytes >= 0 ? 'good' : 'bad');
  const sizes = paint(`${formatAmount(total.fat)} → ${formatAmount(total.lean)}`, 'bold');
  const rate = formatBitRate(comparison.push.uplinkBitsPerSecond);
  return [`${sizes} ${change}`, `push at ${rate} ${paint(pushTimes(comparison), 'bold')}`];
}

function missingLines(report: SlimReport, { paint, width }: Screen): string[] {
  if (report.missing.length === 0) return [];
  return [
    paint('What is missing', 'bold'),
    ...report.missing.flatMap((part) => [
      ...wrap(`${missingTitle(part, report)}: ${plainText(part.because)}`, width - 4).map(
        (line, i) => `  ${i === 0 ? paint('!', 'warn') : ' '} ${line}`,
      ),
      ...wrap(`→ ${plainText(part.hint)}`, width - 4).map((line) => `    ${paint(line, 'accent')}`),
    ]),
  ];
}

const editMarks: Readonly<Record<ReportedEdit['state'], { readonly mark: string; readonly style: Style }>> = {
  applied: { mark: '✓', style: 'good' },
  planned: { mark: '○', style: 'accent' },
  'taken back': { mark: '↶', style: 'warn' },
  skipped: { mark: '·', style: 'dim' },
};

function editLines(edits: readonly ReportedEdit[], { width, paint }: Screen): string[] {
  if (edits.length === 0) return [];
  const { title: heading, count, note } = editsHeading(edits);
  const lines = edits.flatMap((edit) => {
    const { mark, style } = editMarks[edit.state];
    const state = isMade(edit) ? '' : ` (${edit.state})`;
    const room = width - 4 - 12;
    const title = pad(truncate(`${plainText(edit.title)}${state}`, room), room);
    const why = edit.why === undefined ? edit.reason : `${edit.why}`;
    return [
      `  ${paint(mark, style)} ${paint(title, isMade(edit) ? 'plain' : 'dim')}${pad(predictedSaving(edit) ?? '', 12, 'right')}`.trimEnd(),
      ...wrap(plainText(why), width - 4).map((line) => `    ${paint(line, 'dim')}`),
    ];
  });
  return [
    paint(`${heading}: ${count}`, 'bold'),
    ...(note === undefined ? [] : wrap(note, width).map((line) => paint(line, 'warn'))),
    ...lines,
  ];
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

function fileLines(files: readonly string[], { width, paint }: Screen): string[] {
  if (files.length === 0) return [];
  const { folder, names } = writtenFiles(files);
  const title = 'Files';
  const [first = '', ...rest] = wrap(folder === '' ? title : `${title} in ${plainText(folder)}`, width);
  return [
    `${paint(title, 'bold')}${first.slice(title.length)}`,
    ...rest,
    ...wrap(names.map(plainText).join(', '), width - 4).map((line) => `    ${line}`),
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
