import { formatBytes } from '../base/index.ts';
import type { Comparison, FileChange, ImageDiff } from '../compare/index.ts';
import {
  aspectWords,
  changedPackages,
  fileSizes,
  packageSummary,
  settingName,
  settingValues,
  shownPath,
} from './compare-wording.ts';
import { type Cell, layOutGrid } from './grid.ts';
import type { Screen } from './screen.ts';
import { plainText, type Style, textWidth, truncate } from './terminal-text.ts';
import { counted, formatSaved } from './wording.ts';

const mostPackages = 15;

const marks: Readonly<Record<FileChange['change'], { readonly text: string; readonly style: Style }>> = {
  added: { text: '+', style: 'bad' },
  removed: { text: '−', style: 'good' },
  changed: { text: '~', style: 'warn' },
};

/** The packages that are not the same in both images. */
export function packageLines(comparison: Comparison, { paint, width }: Screen): string[] {
  const changes = changedPackages(comparison);
  if (changes.length === 0) return [];
  const rows = changes.slice(0, mostPackages).map((one): Cell[] => {
    const [before, after] = [one.fat, one.lean].map((side) =>
      side === undefined ? '–' : `${plainText(side.version)} ${formatBytes(side.sizeBytes)}`,
    );
    return [
      {
        text: formatSaved(one.savedBytes),
        style: one.savedBytes > 0 ? 'good' : one.savedBytes < 0 ? 'bad' : 'dim',
      },
      { text: truncate(plainText(one.name), 36) },
      { text: one.kind === 'distribution' ? 'Python' : one.kind, style: 'dim' },
      { text: `${before} → ${after}` },
    ];
  });
  const columns = [
    { title: '', align: 'right' as const },
    { title: '' },
    { title: '' },
    { title: '', isFlexible: true as const },
  ];
  const left = changes.length - rows.length;
  return [
    paint(truncate(`Packages: ${packageSummary(changes)}`, width), 'bold'),
    ...layOutGrid({ columns, rows }, width, paint),
    ...(left > 0 ? [paint(`and ${left.toLocaleString('en-US')} more`, 'dim')] : []),
  ];
}

/** The file changes that are listed, one a line, and how many are not. */
export function fileLines({ files }: ImageDiff, { paint, width }: Screen): string[] {
  const all = files.added.count + files.removed.count + files.changed.count + files.timeOnly.count;
  if (all === 0) return [];
  const sizes = files.changes.map(fileSizes);
  const room = width - Math.max(0, ...sizes.map(textWidth)) - 5;
  const rows = files.changes.map((change, i): Cell[] => [
    marks[change.change],
    { text: sizes[i] ?? '' },
    { text: pathAndAspects(change, room) },
  ]);
  const columns = [
    { title: '' },
    { title: '', align: 'right' as const },
    { title: '', isFlexible: true as const },
  ];
  const title = files.isComplete
    ? `Files: ${counted(all, 'difference')}`
    : `Files: the largest ${files.changes.length} of ${counted(all, 'difference')} (--files lists all)`;
  return [paint(title, 'bold'), ...layOutGrid({ columns, rows }, width, paint)];
}

const leastPath = 24;

function pathAndAspects(change: FileChange, room: number): string {
  const aspects = plainText(aspectWords(change));
  const target = change.lean?.linkTarget ?? change.fat?.linkTarget;
  const link = aspects === '' && target !== undefined ? ` → ${plainText(target)}` : '';
  const behind = aspects === '' ? link : `  (${aspects})`;
  const path = plainText(shownPath(change));
  return `${endOf(path, Math.max(leastPath, room - textWidth(behind)))}${behind}`;
}

/** A path cut at its start, since its end tells more. */
function endOf(path: string, room: number): string {
  if (textWidth(path) <= room) return path;
  const characters = [...path];
  let used = 1;
  let start = characters.length;
  while (start > 0 && used + textWidth(characters[start - 1] ?? '') <= room) {
    start -= 1;
    used += textWidth(characters[start] ?? '');
  }
  return `…${characters.slice(start).join('')}`;
}

/** The settings that differ, one a line. */
export function configLines({ config }: ImageDiff, { paint, width }: Screen): string[] {
  if (config.length === 0) return [];
  const rows = config.map((change): Cell[] => [
    { ...marks[change.change], style: 'plain' },
    { text: truncate(plainText(settingName(change)), 40) },
    { text: plainText(settingValues(change)), style: 'dim' },
  ]);
  const columns = [{ title: '' }, { title: '' }, { title: '', overflow: 'wrap' as const }];
  return [paint('Configuration', 'bold'), ...layOutGrid({ columns, rows }, width, paint)];
}
