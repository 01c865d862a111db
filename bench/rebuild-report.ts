import { formatBytes, formatSeconds } from '../src/base/index.ts';
import { projectOfFile } from './build-account.ts';
import type { Change, Rebuild } from './rebuild-measure.ts';
import { everyProject, type Which } from './rebuild-projects.ts';
import { median, ratioText } from './statistics.ts';
import { textTable } from './text-table.ts';

/** A finished measurement. */
export interface RebuildReport {
  readonly example: string;
  readonly runs: number;
  readonly rebuilds: readonly Rebuild[];
}

const changes: readonly { readonly change: Change; readonly title: string }[] = [
  { change: 'cold', title: 'Nothing kept (cold)' },
  { change: 'nothing', title: 'Nothing changed' },
  { change: 'code', title: 'Application code changed' },
  { change: 'requirement', title: 'One requirement added' },
];

/** How many times less than the fat recipe's a rebuild may take. */
const goals: Readonly<Partial<Record<Change, number>>> = { code: 40, requirement: 8 };

/** The table of medians, the ratios, and what the steps of the builds prove. */
export function rebuildReport(report: RebuildReport): string {
  const { example, runs } = report;
  const rows = changes.flatMap(({ change, title }) => {
    const row = (
      name: string,
      value: (one: Rebuild) => number,
      format: (value: number) => string,
    ): string[] => {
      const [fat, recipe, lean] = everyProject.map((which) => median(some(report, which, change).map(value)));
      const [first = 0, second = 0, third = 0] = [fat, recipe, lean];
      return [name, format(first), format(second), format(third), ratioText(first, third)];
    };
    return [
      row(`${title}: build`, (one) => one.seconds, formatSeconds),
      row('  wheels downloaded', (one) => one.files.length, String),
      row(
        '  all downloads (wheels, index pages, Debian packages)',
        (one) => one.downloaded.allBytes,
        formatBytes,
      ),
      row('  push', (one) => one.push.seconds, formatSeconds),
      row('  bytes pushed', (one) => one.push.sentBytes, formatBytes),
    ];
  });
  return [
    `Rebuilding ${example}: medians of ${runs} run${runs === 1 ? '' : 's'} (cold: one), in turn; fat and recipe with docker push, lean with plimsoll push (gzip)`,
    '',
    textTable(['', 'fat', 'recipe', 'lean', 'fat : lean'], rows),
    '',
    ...[...evidence(report), ...goalsOf(report)].map(({ isTrue, text }) => `${isTrue ? '✓' : '✗'} ${text}`),
    '',
    `Seconds of each run: ${changes.map(({ change }) => secondsOf(report, change)).join('; ')}.`,
    'Cache mounts have ids of their own here, so that nothing that other builds downloaded counts.',
    '',
  ].join('\n');
}

/** True when every rebuild showed what the lean files promise, and took as little time as it may. */
export function holds(report: RebuildReport): boolean {
  return [...evidence(report), ...goalsOf(report)].every(({ isTrue }) => isTrue);
}

interface Evidence {
  readonly isTrue: boolean;
  readonly text: string;
}

function evidence(report: RebuildReport): readonly Evidence[] {
  const [leanCode, fatCode, leanAdded] = [
    some(report, 'lean', 'code'),
    some(report, 'fat', 'code'),
    some(report, 'lean', 'requirement'),
  ];
  const installs = leanCode[0]?.installs.count ?? 0;
  const fatInstalls = fatCode[0]?.installs;
  return [
    {
      isTrue:
        installs > 0 &&
        leanCode.every((one) => one.installs.cachedCount === installs && one.downloaded.allBytes === 0),
      text: `lean, code changed: ${leanCode.map((one) => `${one.installs.cachedCount} of ${one.installs.count}`).join(', ')} steps that install with pip or apt CACHED, ${formatBytes(sumOf(leanCode.map((one) => one.downloaded.allBytes)))} downloaded (fat: ${fatInstalls?.cachedCount ?? 0} of ${fatInstalls?.count ?? 0} CACHED)`,
    },
    {
      isTrue:
        leanAdded.length > 0 &&
        leanAdded.every(({ files, added }) => files.length === 1 && projectOfFile(files[0] ?? '') === added),
      text: `lean, requirement added: downloaded ${leanAdded.map((one) => `${one.files.map(projectOfFile).join(' ') || 'nothing'} for ${one.added}`).join(', ')}`,
    },
  ];
}

function goalsOf(report: RebuildReport): readonly Evidence[] {
  return changes.flatMap(({ change, title }) => {
    const goal = goals[change];
    if (goal === undefined) return [];
    const seconds = (which: Which): number => median(some(report, which, change).map((one) => one.seconds));
    const [fat, lean] = [seconds('fat'), seconds('lean')];
    return [
      {
        isTrue: lean * goal <= fat,
        text: `${title}: the lean build takes 1/${ratioText(fat, lean).replace('×', '')} of the fat one's time, at most 1/${goal} is the goal`,
      },
    ];
  });
}

function some({ rebuilds }: RebuildReport, which: Which, change: Change): readonly Rebuild[] {
  return rebuilds.filter((one) => one.which === which && one.change === change);
}

function secondsOf(report: RebuildReport, change: Change): string {
  const list = (which: Which): string =>
    some(report, which, change)
      .map(({ seconds }) => seconds.toFixed(1))
      .join(', ');
  return `${change}: ${everyProject.map((which) => `${which} ${list(which)}`).join(', ')}`;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
