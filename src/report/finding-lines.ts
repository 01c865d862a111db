import { formatBytes } from '../base/index.ts';
import { type Finding, findingKinds } from '../finding/index.ts';
import { doneByText } from './done-by.ts';
import type { Screen } from './screen.ts';
import { plainText, type Style, textWidth, wrap } from './terminal-text.ts';
import { counted } from './wording.ts';

/** All findings of one kind. */
export interface KindSum {
  readonly kind: Finding['kind'];
  readonly sizeBytes: number;
  readonly pathCount: number;
  readonly worst: Finding;
  /** As they came. */
  readonly all: readonly Finding[];
  /** Positions of the layers that store the bytes, lowest first. */
  readonly layers: readonly number[];
}

/** Findings of one kind as one line: errors first, then waste by its bytes, then what is none. */
export function sumByKind(findings: readonly Finding[]): KindSum[] {
  const sums = [...Map.groupBy(findings, ({ kind }) => kind)].flatMap(([kind, all]) => {
    const [worst] = all;
    if (worst === undefined) return [];
    const sizeBytes = all.reduce((sum, one) => sum + one.sizeBytes, 0);
    const pathCount = all.reduce((sum, one) => sum + one.pathCount, 0);
    const layers = [...new Set(all.flatMap(({ layer }) => layer ?? []))].sort((a, b) => a - b);
    return [{ kind, sizeBytes, pathCount, worst, all, layers }];
  });
  return sums.sort((a, b) => rankOf(a) - rankOf(b) || b.sizeBytes - a.sizeBytes);
}

function rankOf({ worst }: KindSum): number {
  if (worst.severity === 'error') return 0;
  if (worst.waste !== undefined) return 1;
  return worst.severity === 'warning' ? 2 : 3;
}

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
  /** Name the layers, the kind of waste, the packages, and the risk of each remedy. */
  readonly isDetailed?: true;
}

/** Findings by kind, in the order of `sumByKind`, each with its remedy and one path. */
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
    const path = worst.paths[0] === undefined ? '' : plainText(worst.paths[0]);
    const room = width - 10;
    const { title: name } = findingKinds[kind];
    const count = pathCount === 0 ? '' : counted(pathCount, 'file');
    // A long name leaves the number of files to the next line.
    const isShort = textWidth(name) + 2 + textWidth(count) <= room;
    const files = count === '' || !isShort ? '' : `, ${count}`;
    const details = [...(isShort ? [] : [count]), ...(isDetailed ? [detailsOf(sum)] : [])].join(' · ');
    const fits = isShort && textWidth(name + files) + 3 + textWidth(details) <= room;
    const texts = isDetailed
      ? [
          ...(fits ? [] : wrap(details, room)),
          ...wrap(remedyOf(worst), room),
          ...(path === '' ? [] : [endOf(path, room)]),
        ]
      : [
          ...(isShort ? [] : [details]),
          ...wrap(path === '' ? worst.remedy : `${worst.remedy} (${path})`, room),
        ];
    const rest = `${files}${isDetailed && fits ? ` · ${details}` : ''}`;
    return [
      `${bytes.padStart(8)}  ${paint(name, severityStyles[worst.severity])}${paint(rest, 'dim')}`,
      ...texts.map((line) => `${' '.repeat(10)}${paint(line, 'dim')}`),
    ];
  });
  const more = sums.length - most;
  return [
    paint(title, 'bold'),
    ...lines,
    ...(more > 0 ? [paint(`${' '.repeat(10)}and ${counted(more, 'more kind')}`, 'dim')] : []),
  ];
}

/** A path in at most `width` columns: its end says most. */
function endOf(path: string, width: number): string {
  if (textWidth(path) <= width) return path;
  let end = '';
  for (const character of [...path].reverse()) {
    if (textWidth(end) + textWidth(character) > width - 1) break;
    end = character + end;
  }
  return `…${end}`;
}

function remedyOf(finding: Finding): string {
  const doers = doneByText(finding);
  return doers === '' ? finding.remedy : `${finding.remedy} (${doers})`;
}

function detailsOf({ worst, layers, all }: KindSum): string {
  return [
    ...(layers.length === 0 ? [] : [layerList(layers)]),
    // A secret is an error, and nobody asks what it weighs.
    ...(worst.waste === undefined && worst.severity === 'error' ? [] : [worst.waste ?? 'no waste']),
    ...nameList(all),
    ...ownerList(all),
    worst.risk,
  ].join(' · ');
}

const shownNames = 5;

/** What findings about no file are about: `HF_TOKEN, DB_PASSWORD`, or the kind of secret where it has no name. */
export function nameList(findings: readonly Finding[]): string[] {
  const names = findings.flatMap((finding) => {
    if (finding.kind === 'secret-in-environment') return [finding.variable];
    if (finding.kind === 'secret-in-history') return [finding.variable ?? finding.secret];
    return [];
  });
  const distinct = [...new Set(names)].map(plainText);
  const more = distinct.length - shownNames;
  if (distinct.length === 0) return [];
  return [`${distinct.slice(0, shownNames).join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
}

const shownOwners = 2;

/** `of gcc-12, libicu-dev and more`: the packages with the largest shares. */
export function ownerList(findings: readonly Finding[]): string[] {
  const sizes = new Map<string, number>();
  for (const { owner, owners, sizeBytes } of findings) {
    for (const one of owner === undefined ? (owners ?? []) : [{ ...owner, sizeBytes }]) {
      sizes.set(one.name, (sizes.get(one.name) ?? 0) + one.sizeBytes);
    }
  }
  const names = [...sizes].sort(([, a], [, b]) => b - a).map(([name]) => plainText(name));
  if (names.length === 0) return [];
  return [`of ${names.slice(0, shownOwners).join(', ')}${names.length > shownOwners ? ' and more' : ''}`];
}

/** `layer 4`, `layers 2, 4`, `layers 2, 4, 7 and 3 more`. */
export function layerList(layers: readonly number[]): string {
  const shown = layers.slice(0, 3).join(', ');
  const more = layers.length - 3;
  return `layer${layers.length === 1 ? '' : 's'} ${shown}${more > 0 ? ` and ${more} more` : ''}`;
}
