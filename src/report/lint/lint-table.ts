import type { LintFinding } from '../../dockerfile/index.ts';
import { screenFor, type TerminalOptions } from '../screen.ts';
import { plainText } from '../terminal-text.ts';
import { counted } from '../wording.ts';
import type { LintedFile } from './lint-report.ts';

/** Findings for a terminal, each with the source line that it is about. */
export function lintTable(files: readonly LintedFile[], options: TerminalOptions): string {
  const { paint } = screenFor(options);
  const blocks = files.flatMap(({ file, text, findings }) => {
    const lines = text.split(/\r?\n/);
    return findings.map((finding) => {
      const { rule, severity, message, line, column } = finding;
      const also = [finding.hadolint, finding.buildkit].filter((name) => name !== undefined).join(', ');
      const source = plainText(lines[line - 1] ?? '');
      const gutter = String(line).padStart(5);
      const marks =
        (lines[line - 1] ?? '').slice(0, column - 1).replace(/[^\t]/g, ' ') +
        '^'.repeat(caretsOf(finding, source));
      const style = severity === 'error' ? 'bad' : severity === 'warning' ? 'warn' : 'dim';
      return [
        `${plainText(file)}:${line}:${column} ${paint(severity, style)} ${paint(rule, 'bold')}${also === '' ? '' : ` (${also})`}`,
        `  ${plainText(message)}`,
        `${gutter} | ${source}`,
        `${' '.repeat(5)} | ${paint(marks, style)}`,
        `  docs/rules/${rule}.md${finding.edits.length > 0 ? ' · --fix corrects it' : ''}`,
        '',
      ].join('\n');
    });
  });
  const count = files.reduce((sum, { findings }) => sum + findings.length, 0);
  return `${[...blocks, `${counted(count, 'finding')} in ${counted(files.length, 'file')}`].join('\n')}\n`;
}

function caretsOf({ line, endLine, column, endColumn }: LintFinding, source: string): number {
  const end = line === endLine ? endColumn : source.length + 1;
  return Math.max(1, end - column);
}
