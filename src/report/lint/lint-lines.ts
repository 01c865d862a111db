import type { LintFinding } from '../../dockerfile/index.ts';
import { plainText } from '../terminal-text.ts';
import { workflowCommand } from '../workflow-command.ts';
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
    const columns = line === endLine ? { col: column, endColumn } : {};
    return workflowCommand({
      command,
      properties: { file: plainText(file), line, endLine, ...columns, title: rule },
      message: plainText(message),
    });
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
