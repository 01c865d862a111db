import { formatBytes } from '../base/index.ts';
import type { LayerEntry } from '../filetree/index.ts';
import { type FindingKind, findingKinds } from '../finding/index.ts';
import type { Style } from '../report/index.ts';
import { entryOf, type FileHistory, pathOf } from './file-history.ts';
import { type Change, changeOf, type LayerView, linkedContent } from './layer-view.ts';
import { markOf } from './model.ts';
import { padStart, type Span, safeText } from './spans.ts';
import { type BrowseState, layoutOf, treeRowsOf, viewOf } from './state.ts';
import { rowsFrom, type TreeRow } from './tree-rows.ts';
import type { WasteMark } from './waste-marks.ts';

/** How changes look: a sign for those who see no colours, and dive's colours. */
const changeLooks: Readonly<Record<Change, { readonly sign: string; readonly style: Style }>> = {
  unmodified: { sign: ' ', style: 'plain' },
  added: { sign: '+', style: 'good' },
  modified: { sign: '~', style: 'warn' },
  removed: { sign: '-', style: 'bad' },
};

/** A line of a pane, and whether the cursor is on it. */
export interface PaneLine {
  readonly spans: readonly Span[];
  readonly isSelected?: boolean;
}

/** The lines of the tree that are on the screen. */
export function treeLines(state: BrowseState): PaneLine[] {
  const { bodyRows, rightColumns } = layoutOf(state);
  const view = viewOf(state);
  const rows = rowsFrom(treeRowsOf(state), state.orders.tree, { start: state.tree.top, count: bodyRows });
  if (rows.length === 0) return [{ spans: [{ text: emptyNote(state), style: 'dim' }] }];
  const hasOwner = state.hasAttributes && rightColumns >= 56;
  return rows.map((row) => ({
    spans: treeSpans(state, { row, view, hasOwner }),
    isSelected: row.node === state.tree.cursor,
  }));
}

function emptyNote(state: BrowseState): string {
  if (state.filter !== undefined) return 'No path matches. Esc ends the filter.';
  return state.hidden.size > 0 ? 'All is hidden: see the toggles in the help (?).' : 'No files.';
}

function treeSpans(
  state: BrowseState,
  { row, view, hasOwner }: { readonly row: TreeRow; readonly view: LayerView; readonly hasOwner: boolean },
): Span[] {
  const { history, waste } = state.model;
  const { node, isDirectory } = row;
  const event = view.events[node] ?? -1;
  const entry = shownEntry(history, view, node);
  const own = changeOf(view, node) ?? 'unmodified';
  // A directory with changes below counts as modified, as dive has it.
  const { sign, style } =
    changeLooks[own === 'unmodified' && view.changesBelow[node] === 1 ? 'modified' : own];
  const fold = isDirectory ? (row.isOpen ? '▾ ' : '▸ ') : '';
  const counts = view.totalBytes[node] ?? 0;
  const linked = linkedContent(history, view, node);
  const isFurtherName = linked !== undefined && linked.owner !== node;
  const link = isFurtherName
    ? ` = ${safeText(pathOf(history, linked.owner))}`
    : entry?.linkTarget === undefined
      ? ''
      : ` → ${safeText(entry.linkTarget)}`;
  const size = isFurtherName ? `=${formatBytes(linked.sizeBytes)}` : formatBytes(view.totalBytes[node] ?? 0);
  return [
    { text: `${sign} `, style },
    ...(state.hasAttributes && entry !== undefined
      ? [
          { text: hasOwner ? `${permissions(entry)} ${owner(entry)} ` : '', style: 'dim' as const },
          { text: `${padStart(size, 8)}  `, ...(counts === 0 && { style: 'dim' as const }) },
        ]
      : []),
    { text: guides(row.hasMore), style: 'dim' },
    { text: `${fold}${safeText(history.names[node] ?? '')}`, style },
    { text: link, style: 'dim' },
    ...(isDirectory ? directoryMark(view.wasteBytes[node] ?? 0) : markSpans(markOf(waste, event))),
  ];
}

/** A hard link whose content counts here is the file, whatever the layer calls it. */
export function shownEntry(history: FileHistory, view: LayerView, node: number): LayerEntry | undefined {
  const entry = entryOf(history, view.events[node] ?? -1);
  if (entry?.type !== 'hardlink') return entry;
  const linked = linkedContent(history, view, node);
  if (linked === undefined) return entry;
  const { linkTarget: _, ...file } = entry;
  return { ...file, type: linked.owner === node ? 'file' : 'hardlink', sizeBytes: linked.sizeBytes };
}

function guides(hasMore: readonly boolean[]): string {
  return hasMore
    .map((more, i) => (i === hasMore.length - 1 ? (more ? '├─ ' : '└─ ') : more ? '│  ' : '   '))
    .join('');
}

function directoryMark(wasteBytes: number): Span[] {
  return wasteBytes === 0 ? [] : [{ text: `  ◇ ${formatBytes(wasteBytes)} waste`, style: 'dim' }];
}

const burials: Readonly<Partial<Record<FindingKind, string>>> = {
  'overwritten-file': 'overwritten',
  'deleted-file': 'deleted',
  'metadata-copy': 'copied for owner or mode',
  'unchanged-copy': 'stored again, unchanged',
};

/** The sign and the words for waste. */
export function markSpans(mark: WasteMark | undefined): Span[] {
  if (mark === undefined) return [];
  if (mark.waste === 'avoidable') return [{ text: `  ◇ ${findingKinds[mark.kind].title}`, style: 'warn' }];
  const what = burials[mark.kind] ?? 'dead';
  const by = mark.buriedBy === undefined ? '' : ` by layer ${mark.buriedBy}`;
  return [{ text: `  ✗ dead: ${what}${by}`, style: 'bad' }];
}

const typeLetters: Readonly<Record<LayerEntry['type'], string>> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  hardlink: 'h',
  'character-device': 'c',
  'block-device': 'b',
  fifo: 'p',
  whiteout: 'w',
  'opaque-whiteout': 'w',
};

/** `drwxr-xr-x`, as `ls -l` writes it. */
export function permissions({ type, mode }: Pick<LayerEntry, 'type' | 'mode'>): string {
  const triple = (shift: number, special: string, isSpecial: boolean): string => {
    const bits = (mode >> shift) & 7;
    const execute = (bits & 1) !== 0;
    const last = isSpecial ? (execute ? special : special.toUpperCase()) : execute ? 'x' : '-';
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${last}`;
  };
  return [
    typeLetters[type],
    triple(6, 's', (mode & 0o4000) !== 0),
    triple(3, 's', (mode & 0o2000) !== 0),
    triple(0, 't', (mode & 0o1000) !== 0),
  ].join('');
}

function owner({ uid, gid }: LayerEntry): string {
  return padStart(`${uid}:${gid}`, 9);
}
