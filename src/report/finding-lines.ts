import { formatBytes } from '../base/index.ts';
import { type Finding, findingKinds } from '../finding/index.ts';
import type { Screen } from './screen.ts';
import { plainText, type Style, wrap } from './terminal-text.ts';
import { counted } from './wording.ts';

/** All findings of one kind. */
export interface KindSum {
  readonly kind: Finding['kind'];
  readonly sizeBytes: number;
  readonly pathCount: number;
  readonly worst: Finding;
}

/** Findings of one kind as one line: the worst severity first, then the most bytes. */
export function sumByKind(findings: readonly Finding[]): KindSum[] {
  const sums = [...Map.groupBy(findings, ({ kind }) => kind)].flatMap(([kind, all]) => {
    const [worst] = all;
    if (worst === undefined) return [];
    const sizeBytes = all.reduce((sum, one) => sum + one.sizeBytes, 0);
    const pathCount = all.reduce((sum, one) => sum + one.pathCount, 0);
    return [{ kind, sizeBytes, pathCount, worst }];
  });
  return sums.sort(
    (a, b) => severityRanks[a.worst.severity] - severityRanks[b.worst.severity] || b.sizeBytes - a.sizeBytes,
  );
}

const severityRanks: Readonly<Record<Finding['severity'], number>> = { error: 0, warning: 1, info: 2 };

const severityStyles: Readonly<Record<Finding['severity'], Style>> = {
  error: 'bad',
  warning: 'warn',
  info: 'dim',
};

/** How findings are listed. */
export interface FindingList {
  readonly title: string;
  /** The most kinds that are shown. */
  readonly most: number;
}

/** Findings by kind, the worst and largest first, each with its remedy and one path. */
export function findingLines(
  findings: readonly Finding[],
  { paint, width }: Screen,
  { title, most }: FindingList,
): string[] {
  const sums = sumByKind(findings);
  if (sums.length === 0) return [paint('Nothing found that could go.', 'good')];
  const lines = sums.slice(0, most).flatMap(({ kind, sizeBytes, pathCount, worst }) => {
    const bytes = sizeBytes === 0 ? '–' : formatBytes(sizeBytes);
    const files = pathCount === 0 ? '' : `, ${counted(pathCount, 'file')}`;
    const sample = worst.paths[0] === undefined ? '' : ` (${plainText(worst.paths[0])})`;
    return [
      `${bytes.padStart(8)}  ${paint(findingKinds[kind].title, severityStyles[worst.severity])}${paint(`${files}`, 'dim')}`,
      ...wrap(`${worst.remedy}${sample}`, width - 10).map((line) => `${' '.repeat(10)}${paint(line, 'dim')}`),
    ];
  });
  const more = sums.length - most;
  return [
    paint(title, 'bold'),
    ...lines,
    ...(more > 0 ? [paint(`${' '.repeat(10)}and ${counted(more, 'more kind')}`, 'dim')] : []),
  ];
}
