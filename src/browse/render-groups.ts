import { formatBytes } from '../base/index.ts';
import type { Style } from '../report/index.ts';
import { pathOf } from './file-history.ts';
import type { GroupRow } from './group-rows.ts';
import { type GroupList, markOf } from './model.ts';
import { groupRowsInSight } from './move.ts';
import type { PaneLine } from './render-tree.ts';
import { markSpans } from './render-tree.ts';
import { padStart, type Span, safeText, truncateStart } from './spans.ts';
import { type BrowseState, layoutOf } from './state.ts';

/** The lines of a list of groups that are on the screen. */
export function groupLines(state: BrowseState, list: GroupList): PaneLine[] {
  const rows = groupRowsInSight(state, list);
  if (rows.length === 0) {
    const note = state.filter === undefined ? `No ${list}.` : `No ${list} match. Esc ends the filter.`;
    return [{ spans: [{ text: note, style: 'dim' }] }];
  }
  const { cursor, top } = state.lists[list];
  return rows.map((row, i) => ({ spans: rowSpans(state, row), isSelected: top + i === cursor }));
}

function rowSpans(state: BrowseState, { shown, member }: GroupRow): Span[] {
  const { group } = shown;
  if (member === undefined) return groupSpans(state, { shown, member });
  const { history, waste } = state.model;
  const event = group.members[member] ?? -1;
  const node = history.eventNodes[event] ?? 0;
  const isOld = history.lastEvents[node] !== event;
  const mark = group.waste === undefined ? markSpans(markOf(waste, event)) : [];
  const layer = group.waste === 'dead' || isOld ? `  layer ${history.eventLayers[event]}` : '';
  const room =
    layoutOf(state).rightColumns - 15 - layer.length - mark.reduce((sum, { text }) => sum + text.length, 0);
  return [
    { text: `    ${padStart(memberSize(state, event, group.memberBytes[member] ?? 0), 8)}  ` },
    { text: truncateStart(`/${safeText(pathOf(history, node))}`, Math.max(20, room)) },
    { text: layer, style: 'dim' },
    ...mark,
  ];
}

/** A hard link has no bytes of its own: `=` and the size of what it names, as in the tree. */
function memberSize({ model }: BrowseState, event: number, sizeBytes: number): string {
  const { ofEvent, contents } = model.history.linked;
  const content = sizeBytes > 0 ? undefined : contents[ofEvent.get(event) ?? -1];
  return content === undefined ? formatBytes(sizeBytes) : `=${formatBytes(content.sizeBytes)}`;
}

const wasteLooks: Readonly<Record<'dead' | 'avoidable', { readonly sign: string; readonly style: Style }>> = {
  dead: { sign: '✗ ', style: 'bad' },
  avoidable: { sign: '◇ ', style: 'warn' },
};

function groupSpans(state: BrowseState, { shown }: GroupRow): Span[] {
  const { group, isOpen, members } = shown;
  const look = group.waste === undefined ? undefined : wasteLooks[group.waste];
  const fold = members.length === 0 ? '  ' : isOpen ? '▾ ' : '▸ ';
  const isFiltered = members.length < group.members.length;
  const count = isFiltered ? members.length : group.fileCount;
  const files = members.length === 0 ? '' : `  ${count.toLocaleString('en-US')}`;
  return [
    { text: fold },
    ...(state.hasAttributes
      ? [{ text: `${padStart(group.sizeBytes === 0 ? '–' : formatBytes(group.sizeBytes), 8)}  ` }]
      : []),
    { text: look?.sign ?? '', style: look?.style ?? 'plain' },
    { text: safeText(group.title), style: 'bold' },
    { text: `  ${safeText(group.note)}${files}`, style: 'dim' },
  ];
}
