import type { LintFinding, LintSeverity } from '../../dockerfile/index.ts';
import { type Screen, screenFor, type TerminalOptions } from '../screen.ts';
import { plainText, type Style, textWidth, truncate, wrap } from '../terminal-text.ts';
import type { LintedFile } from './lint-report.ts';

const styles: Readonly<Record<LintSeverity, Style>> = {
  error: 'bad',
  warning: 'warn',
  info: 'dim',
  style: 'dim',
};

/** Findings for a terminal, each with the source line that it is about, and a sum. */
export function lintTable(files: readonly LintedFile[], options: TerminalOptions): string {
  const screen = screenFor(options);
  const blocks = files.flatMap(({ file, text, findings }) => {
    const lines = text.split(/\r?\n/);
    return findings.map((finding) => blockOf(file, finding, { lines, screen }));
  });
  const isNothing = files.every(({ problem }) => problem !== undefined);
  return isNothing ? '' : `${[...blocks, ...wrap(sumOf(files), screen.width)].join('\n')}\n`;
}

function blockOf(
  file: string,
  finding: LintFinding,
  { lines, screen }: { readonly lines: readonly string[]; readonly screen: Screen },
): string {
  const { rule, severity, message, line, column } = finding;
  const { paint } = screen;
  const also = [finding.hadolint, finding.buildkit].filter((name) => name !== undefined).join(', ');
  const { source, before, marked } = frameOf(finding, lines[line - 1] ?? '', screen.width - 8);
  const gutter = String(line).padStart(5);
  return [
    `${plainText(file)}:${line}:${column} ${paint(severity, styles[severity])} ${paint(rule, 'bold')}${also === '' ? '' : paint(` ${also}`, 'dim')}`,
    ...wrap(plainText(message), screen.width - 2).map((part) => `  ${part}`),
    `${gutter} | ${source}`,
    `      | ${' '.repeat(before)}${paint('^'.repeat(marked), styles[severity])}`,
    '',
  ].join('\n');
}

/** What is shown of a line, and where the mark stands, in columns of the terminal. A long line is cut down to what the finding is about. */
function frameOf(
  { line, endLine, column, endColumn }: LintFinding,
  written: string,
  width: number,
): { readonly source: string; readonly before: number; readonly marked: number } {
  const end = line === endLine ? endColumn - 1 : written.replace(/[\s\\`]+$/, '').length;
  // A tab would move the mark.
  const shown = (text: string): string => plainText(text.replaceAll('\t', '  '));
  const [head, middle, tail] = [
    shown(written.slice(0, column - 1)),
    shown(written.slice(column - 1, end)),
    shown(written.slice(end)),
  ];
  const isLong = textWidth(head) > 20 && textWidth(head) + Math.min(textWidth(middle), 20) > width;
  const start = isLong ? `…${head.slice(-8)}` : head;
  const source = truncate(`${start}${middle}${tail}`, width);
  const before = textWidth(start);
  return { source, before, marked: Math.max(1, Math.min(textWidth(middle), textWidth(source) - before)) };
}

/** `5 findings in 2 files: 1 error, 4 warnings.` and what can be done about them. */
function sumOf(files: readonly LintedFile[]): string {
  const findings = files.flatMap((one) => one.findings);
  const checked = files.filter(({ problem }) => problem === undefined).length;
  const corrected = files.reduce((sum, { correctedCount = 0 }) => sum + correctedCount, 0);
  const fixable = findings.filter(({ edits }) => edits.length > 0).length;
  const levels = (['error', 'warning', 'info', 'style'] as const).flatMap((severity) => {
    const count = findings.filter((one) => one.severity === severity).length;
    return count === 0
      ? []
      : [severity === 'error' || severity === 'warning' ? many(count, severity) : `${count} ${severity}`];
  });
  return [
    corrected === 0 ? '' : `${many(corrected, 'finding')} corrected; `,
    `${many(findings.length, 'finding')}${corrected === 0 ? '' : ' left'} in ${many(checked, 'file')}`,
    levels.length === 0 ? '' : `: ${levels.join(', ')}`,
    findings.length === 0 ? '' : '. plimsoll lint --explain RULE tells why',
    fixable === 0 ? '' : `; --fix corrects ${fixable}`,
    findings.length === 0 ? '' : '.',
  ].join('');
}

// Without the language's own formatting, whose tables take longer to load than the check takes.
function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
