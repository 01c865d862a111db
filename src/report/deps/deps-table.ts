import { formatBytes } from '../../base/index.ts';
import type { DependencyRow, DepsFinding, DepsSeverity, DistributionUse } from '../../deps/index.ts';
import { type Cell, layOutGrid } from '../grid.ts';
import { type Screen, screenFor, type TerminalOptions } from '../screen.ts';
import { plainText, type Style, wrap } from '../terminal-text.ts';
import { counted, formatSaved } from '../wording.ts';
import type { ShownDeps } from './deps-report.ts';
import { hasLean, reasonOf, useWords } from './deps-wording.ts';

/** How much is shown. */
export interface DepsTableOptions extends TerminalOptions {
  /** Every distribution and all evidence. */
  readonly isWhole: boolean;
}

/** Below this the column of uses would leave no room for the reasons. */
const narrowWidth = 80;

/** What is shown of each list unless all is asked for. */
const most = { rows: 12, evidence: 3, doubts: 2, notes: 6, unused: 4 } as const;

/** The dependencies for a terminal: what they weigh, what to do, what each costs and why, the minimal list; ends with a line end. */
export function depsTable(report: ShownDeps, options: DepsTableOptions): string {
  const screen = screenFor(options);
  const sections = [
    headlineLines(report, screen),
    findingLines(report, screen, options.isWhole),
    costLines(report, screen, options.isWhole),
    minimalLines(report, screen),
    noteLines(report, screen),
    fixLines(report, screen),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headlineLines(report: ShownDeps, { paint, width }: Screen): string[] {
  const { subject, total, lean, target } = report;
  const what = subject.kind === 'image' ? 'installed in' : 'that the image would install for';
  const size = `${counted(total.distributions, 'Python distribution')} ${what} ${subject.name}: ${formatBytes(total.ownBytes)}`;
  const left = hasLean(report)
    ? `${counted(lean.distributions, 'distribution')}, ${formatBytes(lean.ownBytes)}, would be left without what is not needed`
    : 'Nothing of it is surely superfluous';
  return [
    ...wrap(plainText(size), width).map((line) => paint(line, 'accent')),
    ...wrap(left, width).map((line) => paint(line, 'bold')),
    ...wrap(
      plainText(
        `Python ${subject.pythonVersion}, for the ${target.device.toUpperCase()}: ${target.evidence}`,
      ),
      width,
    ).map((line) => paint(line, 'dim')),
  ];
}

const severityStyles: Readonly<Record<DepsSeverity, Style>> = { error: 'bad', warning: 'warn', info: 'dim' };

function findingLines({ findings }: ShownDeps, screen: Screen, isWhole: boolean): string[] {
  const { paint } = screen;
  if (findings.length === 0) return [paint('Nothing to do', 'bold')];
  const shown = isWhole ? findings : shortenUnused(findings);
  return [paint('What to do', 'bold'), ...shown.flatMap((one) => oneFinding(one, screen, isWhole))];
}

/** Many leftovers of one severity say the same three lines over and over: behind the heaviest they are listed in one. */
function shortenUnused(findings: readonly DepsFinding[]): readonly DepsFinding[] {
  return (['warning', 'info'] as const).reduce<readonly DepsFinding[]>((list, severity) => {
    const unused = list.filter((one) => one.kind === 'unused' && one.severity === severity);
    const rest = unused.slice(most.unused);
    const last = unused[most.unused - 1];
    if (rest.length < 2 || last === undefined) return list;
    const others = list.filter((one) => !rest.includes(one));
    const at = others.indexOf(last) + 1;
    return [...others.slice(0, at), inOne(rest, severity), ...others.slice(at)];
  }, findings);
}

function inOne(rest: readonly DepsFinding[], severity: 'warning' | 'info'): DepsFinding {
  const names = rest.flatMap(({ distributions, savedBytes = 0 }) =>
    distributions.map((name) => (savedBytes === 0 ? name : `${name} ${formatBytes(savedBytes)}`)),
  );
  return {
    kind: 'unused',
    severity,
    distributions: rest.flatMap(({ distributions }) => distributions),
    title: `nothing ${severity === 'warning' ? 'uses' : 'is seen to use'} ${rest.length} more: ${names.join(', ')}`,
    evidence: [],
    doubts: [],
    remedy: `${severity === 'warning' ? 'remove them, and run the application once' : 'find out before you remove one'} (--all tells of each)`,
    savedBytes: rest.reduce((sum, { savedBytes = 0 }) => sum + savedBytes, 0),
  };
}

function oneFinding(finding: DepsFinding, { paint, width }: Screen, isWhole: boolean): string[] {
  const { severity, title, evidence, doubts, remedy, savedBytes } = finding;
  const saves = savedBytes === undefined || savedBytes === 0 ? '' : formatSaved(savedBytes);
  const label = `${severity.padEnd(7)} ${saves.padStart(9)}  `;
  const indent = ' '.repeat(label.length);
  const [first = '', ...rest] = wrap(plainText(title), width - label.length);
  const block = (text: string, style: Style): string[] =>
    wrap(plainText(text), width - indent.length).map((line) => `${indent}${paint(line, style)}`);
  return [
    `${paint(label, severityStyles[severity])}${first}`,
    ...rest.map((line) => `${indent}${line}`),
    ...shorten(evidence, isWhole ? Infinity : most.evidence).flatMap((one) => block(one, 'dim')),
    ...shorten(doubts, isWhole ? Infinity : most.doubts).flatMap((one) => block(`but ${one}`, 'warn')),
    ...block(`→ ${remedy}`, 'good'),
  ];
}

function shorten(list: readonly string[], limit: number): readonly string[] {
  if (list.length <= limit + 1) return list;
  return [...list.slice(0, limit), `and ${list.length - limit} more (--all shows them)`];
}

const useStyles: Readonly<Record<DistributionUse, Style>> = {
  used: 'good',
  required: 'plain',
  development: 'warn',
  unused: 'bad',
  doubtful: 'warn',
  installer: 'dim',
  unknown: 'dim',
};

function costLines({ distributions }: ShownDeps, { paint, width }: Screen, isWhole: boolean): string[] {
  const shown = isWhole ? distributions : distributions.slice(0, most.rows);
  const rest = distributions.slice(shown.length);
  const right = (title: string): { title: string; align: 'right' } => ({ title, align: 'right' });
  const hasUse = width >= narrowWidth;
  const columns = [
    right('own'),
    right('in all'),
    { title: 'distribution' },
    ...(hasUse ? [{ title: 'use' }] : []),
    { title: 'why it is there', isFlexible: true as const },
  ];
  const table = layOutGrid({ columns, rows: shown.map((row) => costRow(row, hasUse)) }, width, paint);
  const restBytes = rest.reduce((sum, { ownBytes }) => sum + ownBytes, 0);
  const legend =
    'in all: with what only it brings, and how many distributions that is; it all leaves together';
  return [
    paint('What each costs', 'bold'),
    ...wrap(legend, width).map((line) => paint(line, 'dim')),
    ...table,
    ...(rest.length > 0
      ? [
          paint(
            `${counted(rest.length, 'more distribution')}, ${formatBytes(restBytes)} (--all lists them)`,
            'dim',
          ),
        ]
      : []),
  ];
}

function costRow(row: DependencyRow, hasUse: boolean): Cell[] {
  const brings = row.exclusive.length;
  return [
    { text: formatBytes(row.ownBytes) },
    {
      text: brings === 0 ? '' : `${formatBytes(row.withDependenciesBytes)} (+${brings})`,
      style: 'bold',
    },
    { text: plainText(`${row.name} ${row.version}`) },
    ...(hasUse ? [{ text: useWords[row.use], style: useStyles[row.use] }] : []),
    { text: plainText(reasonOf(row)), style: 'dim' },
  ];
}

function minimalLines({ minimal, broughtAlong }: ShownDeps, { paint, width }: Screen): string[] {
  if (minimal.length === 0) return [];
  const table = layOutGrid(
    {
      columns: [{ title: '' }, { title: '', isFlexible: true }],
      rows: minimal.map(({ text, because }) => [
        { text: plainText(text) },
        { text: because === '' ? '' : plainText(`# ${because}`), style: 'dim' },
      ]),
    },
    width,
    paint,
  );
  const along = broughtAlong.map(({ name, by }) => `${name} (by ${by})`).join(', ');
  return [
    paint('The shortest list for production (the rest follows from it)', 'bold'),
    ...table,
    ...(along === ''
      ? []
      : wrap(plainText(`# brought along, though used: ${along}`), width).map((line) => paint(line, 'dim'))),
  ];
}

function noteLines(report: ShownDeps, { paint, width }: Screen): string[] {
  const { incomplete, warnings, yankedUnknown, total } = report;
  const unknown =
    yankedUnknown.length === 0
      ? []
      : [
          yankedUnknown.length === total.distributions
            ? 'no package index told whether a release was yanked'
            : `no package index told whether ${counted(yankedUnknown.length, 'release')} of ${total.distributions} ${yankedUnknown.length === 1 ? 'was' : 'were'} yanked`,
        ];
  const notes = [
    ...incomplete.map(({ what, because }) => `not read: ${what}: ${because}`),
    ...warnings,
    ...unknown,
  ];
  if (notes.length === 0) return [];
  return [
    paint('Notes', 'bold'),
    ...shorten(notes, most.notes).flatMap((note) =>
      wrap(plainText(note), width).map((line) => paint(line, 'dim')),
    ),
  ];
}

function fixLines({ fix }: ShownDeps, { paint, width }: Screen): string[] {
  if (fix === undefined) return [];
  const done = fix.isWritten
    ? [`Changed ${fix.paths.join(' and ')}; the files as they were are in ${fix.backup}`]
    : fix.paths.length === 0
      ? ['No requirements file needs to change']
      : [];
  return [...done, ...fix.leftAlone.map((one) => `Left alone: ${one}`)].flatMap((text) =>
    wrap(plainText(text), width).map((line) => paint(line, 'good')),
  );
}
