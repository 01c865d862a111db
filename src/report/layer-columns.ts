import { formatBytes } from '../base/index.ts';
import type { AccountLayer, ComparedSide, Comparison } from '../compare/index.ts';
import type { Screen } from './screen.ts';
import { type Paint, pad, plainText, textWidth, truncate } from './terminal-text.ts';
import { formatAmount, layerCount, shortInstruction } from './wording.ts';

// Package databases are written again by every installation: a few kilobytes are no news.
const shownDeadBytes = 100_000;

/** Both images' layers side by side, or one below the other on a narrow terminal; `isStandIn` marks the base's. */
export function layerLines(comparison: Comparison, screen: Screen, isStandIn: boolean): string[] {
  const { width, paint } = screen;
  const shared = new Set(comparison.shared.map(({ identity }) => identity));
  const sideLines = (side: ComparedSide, columnWidth: number): string[] =>
    side.layers.map((layer) => layerLine(layer, { columnWidth, paint, shared, isStandIn, side }));
  const title = (side: ComparedSide, what: string): string =>
    `${what}: ${layerCount(side)}, ${formatAmount(side.total)}`;
  const half = Math.floor((width - 3) / 2);
  const [fatTitle, leanTitle] = [title(comparison.fat, 'Before'), title(comparison.lean, 'After')];
  if (half < 46) {
    return [
      paint(fatTitle, 'bold'),
      ...sideLines(comparison.fat, width).map((line) => line.trimEnd()),
      '',
      paint(leanTitle, 'bold'),
      ...sideLines(comparison.lean, width).map((line) => line.trimEnd()),
    ];
  }
  const [left, right] = [sideLines(comparison.fat, half), sideLines(comparison.lean, half)];
  // Both sides' own layers start on one line, whatever the number of base layers.
  const bases = Math.max(comparison.fat.baseLayerCount, comparison.lean.baseLayerCount);
  const blank = ' '.repeat(half);
  const spread = (lines: readonly string[], baseCount: number): string[] => [
    ...lines.slice(0, baseCount),
    ...Array.from({ length: bases - baseCount }, () => blank),
    ...lines.slice(baseCount),
  ];
  const fat = spread(left, comparison.fat.baseLayerCount);
  const lean = spread(right, comparison.lean.baseLayerCount);
  const rows = Array.from({ length: Math.max(fat.length, lean.length) }, (_, i) =>
    `${fat[i] ?? blank} ${paint('│', 'dim')} ${lean[i] ?? ''}`.trimEnd(),
  );
  return [`${paint(pad(fatTitle, half), 'bold')} ${paint('│', 'dim')} ${paint(leanTitle, 'bold')}`, ...rows];
}

interface LayerStyle {
  readonly columnWidth: number;
  readonly paint: Paint;
  readonly shared: ReadonlySet<string>;
  readonly isStandIn: boolean;
  readonly side: ComparedSide;
}

function layerLine(layer: AccountLayer, style: LayerStyle): string {
  const { columnWidth, paint, side } = style;
  const isBase = layer.position < side.baseLayerCount;
  const size = pad(formatBytes(layer.contentBytes), 7, 'right');
  const marks = [
    ...(isBase && style.isStandIn ? ['*'] : []),
    ...(style.shared.has(layer.identity) ? ['(shared)'] : []),
    ...(layer.deadBytes >= shownDeadBytes ? [`(${formatBytes(layer.deadBytes)} dead)`] : []),
  ].join(' ');
  const room = columnWidth - textWidth(size) - 2 - (marks === '' ? 0 : textWidth(marks) + 1);
  const text = truncate(plainText(shortInstruction(layer.instruction)), room);
  const spaces = ' '.repeat(Math.max(0, room - textWidth(text)));
  const tail = marks === '' ? '' : ` ${paint(marks, layer.deadBytes >= shownDeadBytes ? 'warn' : 'dim')}`;
  const isLarge = layer.contentBytes >= side.total.contentBytes / 10;
  return `${paint(size, isLarge ? 'bold' : 'plain')}  ${paint(text, isBase ? 'dim' : 'plain')}${tail}${spaces}`;
}
