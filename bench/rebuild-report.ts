import { formatBytes, formatSeconds } from '../src/base/index.ts';
import { projectOfFile } from './build-account.ts';
import type { Change, Rebuild, RebuildResult } from './rebuild-measure.ts';
import type { Which } from './rebuild-projects.ts';
import { median, ratioText } from './statistics.ts';
import { textTable } from './text-table.ts';

/** A finished measurement. */
export interface RebuildReport extends RebuildResult {
  readonly example: string;
  readonly runs: number;
}

/** The table of medians, the ratios, and what the steps of the builds prove. */
export function rebuildReport(report: RebuildReport): string {
  const { example, runs, pushedAgain } = report;
  const bytes = (name: string, fat: number, lean: number): string[] => [
    name,
    formatBytes(fat),
    formatBytes(lean),
    ratioText(fat, lean),
  ];
  const rows = changes.flatMap(({ change, title }) => {
    const of = (which: Which, value: (one: Rebuild) => number): number =>
      median(some(report, which, change).map(value));
    const pair = (value: (one: Rebuild) => number): [number, number] => [of('fat', value), of('lean', value)];
    const [fat, lean] = pair((one) => one.seconds);
    const [fatFiles, leanFiles] = pair((one) => one.files.length);
    return [
      [title, formatSeconds(fat), formatSeconds(lean), ratioText(fat, lean)],
      ['  wheels downloaded', String(fatFiles), String(leanFiles), ratioText(fatFiles, leanFiles)],
      bytes('  their size', ...pair((one) => one.downloaded.distributionBytes)),
      bytes('  all downloads (index pages, Debian packages)', ...pair((one) => one.downloaded.allBytes)),
    ];
  });
  const push = [
    bytes(
      `Push after a change of code, gzip (${pushedAgain.fat.layerCount} and ${pushedAgain.lean.layerCount} layers)`,
      pushedAgain.fat.compressedBytes,
      pushedAgain.lean.compressedBytes,
    ),
    bytes('  uncompressed', pushedAgain.fat.contentBytes, pushedAgain.lean.contentBytes),
  ];
  return [
    `Rebuilding ${example}: medians of ${runs} run${runs === 1 ? '' : 's'}, fat and lean in turn, caches warm`,
    '',
    textTable(['', 'fat', 'lean', 'fat : lean'], [...rows, ...push]),
    '',
    ...evidence(report).map(({ isTrue, text }) => `${isTrue ? '✓' : '✗'} ${text}`),
    '',
    `Seconds of each run: ${changes.map(({ change }) => secondsOf(report, change)).join('; ')}.`,
    'pip’s cache mount has an id of its own here, so that nothing that other builds downloaded counts.',
    '',
  ].join('\n');
}

const changes: readonly { readonly change: Change; readonly title: string }[] = [
  { change: 'code', title: 'Application code changed: rebuild' },
  { change: 'requirement', title: 'One requirement changed: rebuild' },
];

/** True when every rebuild showed what the lean files promise. */
export function holds(report: RebuildReport): boolean {
  return evidence(report).every(({ isTrue }) => isTrue);
}

function evidence(report: RebuildReport): { readonly isTrue: boolean; readonly text: string }[] {
  const leanCode = some(report, 'lean', 'code');
  const fatCode = some(report, 'fat', 'code');
  const leanAdded = some(report, 'lean', 'requirement');
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
      text: `lean, requirement changed: downloaded ${leanAdded.map((one) => `${one.files.map(projectOfFile).join(' ') || 'nothing'} for ${one.added}`).join(', ')}`,
    },
  ];
}

function some({ rebuilds }: RebuildReport, which: Which, change: Change): readonly Rebuild[] {
  return rebuilds.filter((one) => one.which === which && one.change === change);
}

function secondsOf(report: RebuildReport, change: Change): string {
  const list = (which: Which): string =>
    some(report, which, change)
      .map(({ seconds }) => seconds.toFixed(1))
      .join(', ');
  return `${change} changed: fat ${list('fat')}, lean ${list('lean')}`;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
