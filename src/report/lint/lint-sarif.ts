import { pathToFileURL } from 'node:url';
import type { LintFinding, LintSeverity } from '../../dockerfile/index.ts';
import { type LintedFile, problemPlace } from './lint-report.ts';

const levels: Readonly<Record<LintSeverity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
  style: 'note',
};

/** Findings as SARIF 2.1.0 (OASIS, `sarif-v2.1.0-os`), with what GitHub's code scanning shows of a rule. */
export function lintSarif(files: readonly LintedFile[], tool: { readonly version: string }): string {
  const findings = files.flatMap((one) => one.findings);
  const ids = [...new Set(findings.map(({ rule }) => rule))].sort();
  const rules = ids.flatMap((id) => findings.find(({ rule }) => rule === id) ?? []).map(ruleOf);
  const run = {
    tool: { driver: { name: 'Plimsoll', semanticVersion: tool.version, rules } },
    invocations: [invocationOf(files)],
    columnKind: 'utf16CodeUnits',
    results: files.flatMap((one) =>
      one.findings.map((finding) => resultOf(one.file, finding, ids.indexOf(finding.rule))),
    ),
  };
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function ruleOf({ rule, title, severity, hadolint, buildkit }: LintFinding): object {
  const names = [hadolint, buildkit].filter((name) => name !== undefined);
  const also = names.length === 0 ? '' : ` The same as ${names.join(', ')}.`;
  return {
    id: rule,
    shortDescription: { text: title },
    help: { text: `${title}.${also} plimsoll lint --explain ${rule} tells why, with examples.` },
    defaultConfiguration: { level: levels[severity] },
    properties: {
      tags: names,
      'problem.severity': severity === 'style' ? 'recommendation' : toProblem(severity),
    },
  };
}

/** GitHub's words for how much a finding matters. */
function toProblem(severity: Exclude<LintSeverity, 'style'>): string {
  return severity === 'info' ? 'recommendation' : severity;
}

/** What could not be checked is a notification of the run, no result. */
function invocationOf(files: readonly LintedFile[]): object {
  const unread = files.filter(({ problem }) => problem !== undefined);
  return {
    executionSuccessful: unread.length === 0,
    toolExecutionNotifications: unread.map((one) => {
      const { line, message } = problemPlace(one);
      const location = { artifactLocation: { uri: uriOf(one.file) }, region: { startLine: line } };
      return { level: 'error', message: { text: message }, locations: [{ physicalLocation: location }] };
    }),
  };
}

function resultOf(file: string, finding: LintFinding, ruleIndex: number): object {
  const { line, column, endLine, endColumn } = finding;
  const region = { startLine: line, startColumn: column, endLine, endColumn };
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: levels[finding.severity],
    message: { text: finding.message },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, region } }],
  };
}

/** A relative path stays relative to the repository; `./` in front would hide that it is the same file. */
function uriOf(file: string): string {
  if (file.startsWith('/')) return pathToFileURL(file).href;
  const name = file === '-' ? 'stdin' : file.replace(/^(?:\.\/)+/, '');
  return name.split('/').map(encodeURIComponent).join('/');
}
