import type { LintFinding, LintSeverity } from '../../dockerfile/index.ts';
import type { LintedFile } from './lint-report.ts';

const levels: Readonly<Record<LintSeverity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
  style: 'note',
};

/** Findings as SARIF 2.1.0 (OASIS, `sarif-v2.1.0-os`). */
export function lintSarif(files: readonly LintedFile[], tool: { readonly version: string }): string {
  const rules = [...new Set(files.flatMap(({ findings }) => findings.map(({ rule }) => rule)))].sort();
  const run = {
    tool: { driver: { name: 'Plimsoll', semanticVersion: tool.version, rules: rules.map((id) => ({ id })) } },
    columnKind: 'utf16CodeUnits',
    results: files.flatMap(({ file, findings }) =>
      findings.map((finding) => resultOf(file, finding, rules.indexOf(finding.rule))),
    ),
  };
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function resultOf(file: string, finding: LintFinding, ruleIndex: number): object {
  const { line, column, endLine, endColumn } = finding;
  const uri = file.split('/').map(encodeURIComponent).join('/');
  const region = { startLine: line, startColumn: column, endLine, endColumn };
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: levels[finding.severity],
    message: { text: finding.message },
    locations: [{ physicalLocation: { artifactLocation: { uri }, region } }],
  };
}
