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
  /** Positions of the layers that store the bytes, lowest first. */
  readonly layers: readonly number[];
}

/** Findings of one kind as one line: the worst severity first, then the most bytes. */
export function sumByKind(findings: readonly Finding[]): KindSum[] {
  const sums = [...Map.groupBy(findings, ({ kind }) => kind)].flatMap(([kind, all]) => {
    const [worst] = all;
    if (worst === undefined) return [];
    const sizeBytes = all.reduce((sum, one) => sum + one.sizeBytes, 0);
    const pathCount = all.reduce((sum, one) => sum + one.pathCount, 0);
    const layers = [...new Set(all.flatMap(({ layer }) => layer ?? []))].sort((a, b) => a - b);
    return [{ kind, sizeBytes, pathCount, worst, layers }];
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
  /** Name the layers, and the risk of each remedy. */
  readonly isDetailed?: true;
}

/** Findings by kind, the worst and largest first, each with its remedy and one path. */
export function findingLines(
  findings: readonly Finding[],
  { paint, width }: Screen,
  { title, most, isDetailed }: FindingList,
): string[] {
  const sums = sumByKind(findings);
  if (sums.length === 0) return [paint('Nothing found that could go.', 'good')];
  const lines = sums.slice(0, most).flatMap((sum) => {
    const { kind, sizeBytes, pathCount, worst } = sum;
    const bytes = sizeBytes === 0 ? '–' : formatBytes(sizeBytes);
    const files = pathCount === 0 ? '' : `, ${counted(pathCount, 'file')}`;
    const details = isDetailed ? detailsOf(sum) : '';
    const sample = worst.paths[0] === undefined ? '' : ` (${plainText(worst.paths[0])})`;
    return [
      `${bytes.padStart(8)}  ${paint(findingKinds[kind].title, severityStyles[worst.severity])}${paint(`${files}${details}`, 'dim')}`,
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

function detailsOf({ worst, layers }: KindSum): string {
  return ` · ${[...(layers.length === 0 ? [] : [layerList(layers)]), worst.risk].join(' · ')}`;
}

/** `layer 4`, `layers 2, 4`, `layers 2, 4, 7 and 3 more`. */
export function layerList(layers: readonly number[]): string {
  const shown = layers.slice(0, 3).join(', ');
  const more = layers.length - 3;
  return `layer${layers.length === 1 ? '' : 's'} ${shown}${more > 0 ? ` and ${more} more` : ''}`;
}
