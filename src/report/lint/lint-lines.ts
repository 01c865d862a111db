import type { LintFinding } from '../../dockerfile/index.ts';
import { plainText } from '../terminal-text.ts';
import { type LintedFile, problemPlace } from './lint-report.ts';

type Written = Pick<
  LintFinding,
  'rule' | 'severity' | 'message' | 'line' | 'column' | 'endLine' | 'endColumn'
>;

/** One line a finding, as compilers write them: `Dockerfile:3:5: warning: message [rule]`. */
export function lintLines(files: readonly LintedFile[]): string {
  return linesOf(files, (file, { line, column, severity, message, rule }) => {
    return `${plainText(file)}:${line}:${column}: ${severity}: ${plainText(message)} [${rule}]`;
  });
}

/** Workflow commands of GitHub Actions, which shows them beside the source. */
export function lintAnnotations(files: readonly LintedFile[]): string {
  return linesOf(files, (file, { severity, message, rule, ...place }) => {
    const command = severity === 'error' || severity === 'warning' ? severity : 'notice';
    const { line, endLine, column, endColumn } = place;
    const columns = line === endLine ? `,col=${column},endColumn=${endColumn}` : '';
    const properties = `file=${property(plainText(file))},line=${line},endLine=${endLine}${columns},title=${property(rule)}`;
    return `::${command} ${properties}::${data(plainText(message))}`;
  });
}

function linesOf(files: readonly LintedFile[], write: (file: string, finding: Written) => string): string {
  return files
    .flatMap((one) => [...problemsOf(one), ...one.findings].map((finding) => `${write(one.file, finding)}\n`))
    .join('');
}

/** A file that could not be checked, as a finding of its own. */
function problemsOf(one: LintedFile): readonly Written[] {
  if (one.problem === undefined) return [];
  const { line, message } = problemPlace(one);
  const place = { line, column: 1, endLine: line, endColumn: 1 };
  return [{ ...place, severity: 'error', rule: 'unreadable', message }];
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
