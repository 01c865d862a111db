import { formatBytes } from '../../base/index.ts';
import type { DepsFinding } from '../../deps/index.ts';
import { plainText } from '../terminal-text.ts';
import { counted } from '../wording.ts';
import type { ShownDeps } from './deps-report.ts';
import { hasLean, reasonOf, useWords } from './deps-wording.ts';

const mostRows = 25;

/** The dependencies as Markdown, for a pull request: findings, costs, and the minimal list; ends with a line end. */
export function depsMarkdown(report: ShownDeps): string {
  const { subject, total, lean } = report;
  const left = hasLean(report)
    ? ` ${counted(lean.distributions, 'distribution')}, ${formatBytes(lean.ownBytes)}, would be left without what is not needed.`
    : '';
  const lines = [
    `## Python dependencies of ${text(subject.name)}`,
    '',
    `**${counted(total.distributions, 'distribution')}, ${formatBytes(total.ownBytes)}.**${left}`,
    ...findingTable(report.findings),
    ...costTable(report),
    ...minimalList(report),
    ...notes(report),
  ];
  return `${lines.join('\n')}\n`;
}

function findingTable(findings: readonly DepsFinding[]): string[] {
  if (findings.length === 0) return [];
  return [
    '',
    '| | saves | what | what to do |',
    '| --- | ---: | --- | --- |',
    ...findings.map(({ severity, savedBytes = 0, title, doubts, remedy }) => {
      const saves = savedBytes === 0 ? '' : formatBytes(savedBytes);
      const doubt = doubts.length === 0 ? '' : ` (but ${doubts.slice(0, 2).join('; ')})`;
      return `| ${severity} | ${saves} | ${text(title + doubt)} | ${text(remedy)} |`;
    }),
  ];
}

function costTable({ distributions }: ShownDeps): string[] {
  const rest = distributions.length - mostRows;
  return [
    '',
    '| own | in all, with what only it brings | distribution | use | why it is there |',
    '| ---: | ---: | --- | --- | --- |',
    ...distributions.slice(0, mostRows).map((row) => {
      const whole =
        row.exclusive.length === 0
          ? ''
          : `${formatBytes(row.withDependenciesBytes)} (+${row.exclusive.length})`;
      return `| ${formatBytes(row.ownBytes)} | ${whole} | ${text(`${row.name} ${row.version}`)} | ${useWords[row.use]} | ${text(reasonOf(row))} |`;
    }),
    ...(rest > 0 ? ['', `and ${counted(rest, 'more distribution')}`] : []),
  ];
}

function minimalList({ minimal }: ShownDeps): string[] {
  if (minimal.length === 0) return [];
  return [
    '',
    'The shortest list for production:',
    '',
    '```',
    ...minimal.map((one) => plainText(one.text)),
    '```',
  ];
}

function notes({ incomplete, warnings }: ShownDeps): string[] {
  const all = [...incomplete.map(({ what, because }) => `not read: ${what}: ${because}`), ...warnings];
  return all.length === 0 ? [] : ['', ...all.map((note) => `- ${text(note)}`)];
}

/** Safe inside of a table cell. */
function text(value: string): string {
  return plainText(value).replace(/[\\|<>*_`[\]]/g, (character) => `\\${character}`);
}
