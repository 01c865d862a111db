import type { AuditLayer } from '../audit/index.ts';
import { formatBytes } from '../base/index.ts';
import { type FindingKind, findingKinds } from '../finding/index.ts';
import { counted, shortInstruction, wrap } from '../report/index.ts';
import { entryOf, pathOf } from './file-history.ts';
import { type ChangeSum, linkedContent, sumChanges } from './layer-view.ts';
import { markOf } from './model.ts';
import { markSpans, permissions, shownEntry } from './render-tree.ts';
import { type Span, safeText } from './spans.ts';
import { type BrowseState, layoutOf, selectedEvent, selectedGroupRow, viewOf } from './state.ts';

type Line = readonly Span[];

/** What the lower left pane tells: about the layer, and about what the cursor of the right pane is on. */
export function detailLines(state: BrowseState): Line[] {
  const width = layoutOf(state).leftColumns;
  const selected = selectionLines(state, width);
  const layer = layerDetails(state, width);
  const sections = state.focus === 'files' ? [selected, layer] : [layer, selected];
  return sections.filter((lines) => lines.length > 0).flatMap((lines) => [[], ...lines]);
}

function layerDetails(state: BrowseState, width: number): Line[] {
  const layer = state.model.subject.audit.layers[state.layer];
  if (layer === undefined) return [];
  const sums = sumChanges(state.model.history, state.layer);
  const base = layer.isBase === true ? ', of the base image' : '';
  const change = (name: string, { fileCount, sizeBytes }: ChangeSum): string =>
    `${name} ${counted(fileCount, 'file')}${fileCount === 0 ? '' : `, ${formatBytes(sizeBytes)}`}`;
  return [
    heading(`Layer ${layer.position}${base}`),
    ...paragraph(layer.instruction ?? '(no instruction recorded)', width, 6),
    ...paragraph(`Digest: ${layer.digest}`, width, 2),
    ...paragraph(sizesOf(layer), width, 2),
    [{ text: change('Added', sums.added), style: 'good' }],
    [{ text: change('Modified', sums.modified), style: 'warn' }],
    [{ text: change('Removed', sums.removed), style: 'bad' }],
    ...(layer.deadBytes > 0
      ? [[{ text: `✗ ${formatBytes(layer.deadBytes)} dead`, style: 'bad' as const }]]
      : []),
    ...(layer.metadataOnlyBytes > 0
      ? [plain(`  of it ${formatBytes(layer.metadataOnlyBytes)} stored again for owner or mode`)]
      : []),
    ...(layer.buriedBytes > 0 ? [plain(`Hides ${formatBytes(layer.buriedBytes)} of lower layers`)] : []),
  ];
}

function sizesOf({ contentBytes, storedBytes, compressedBytes, isCompressedEstimated }: AuditLayer): string {
  const about = isCompressedEstimated === true ? '≈ ' : '';
  const compressed =
    compressedBytes === undefined ? '' : `, ${about}${formatBytes(compressedBytes)} compressed`;
  return `Content ${formatBytes(contentBytes)}, stored ${formatBytes(storedBytes)}${compressed}`;
}

function selectionLines(state: BrowseState, width: number): Line[] {
  const event = selectedEvent(state);
  if (event !== undefined) return fileDetails(state, event, width);
  const row = selectedGroupRow(state);
  if (row === undefined) return [];
  const { group } = row.shown;
  return [
    heading(`${group.title}  ${group.note}`),
    plain(`${formatBytes(group.sizeBytes)} in ${counted(group.fileCount, 'file')}`),
    ...group.about.flatMap((text) => paragraph(text, width, 8)),
  ];
}

function fileDetails(state: BrowseState, event: number, width: number): Line[] {
  const { history, groups, ownerOfNode, waste } = state.model;
  const node = history.eventNodes[event] ?? 0;
  const view = viewOf(state);
  const isShown = view.events[node] === event;
  const entry = isShown ? shownEntry(history, view, node) : entryOf(history, event);
  if (entry === undefined) return [];
  const owner = groups.packages[(ownerOfNode[node] ?? 0) - 1];
  const mark = markOf(waste, event);
  const sizeBytes = entry.type === 'directory' ? (view.totalBytes[node] ?? 0) : entry.sizeBytes;
  const linked = isShown ? linkedContent(history, view, node) : undefined;
  const countedAt = linked === undefined || linked.owner === node ? undefined : linked.owner;
  return [
    ...paragraph(`/${pathOf(history, node)}`, width, 4).map((spans) => spans.map(bold)),
    plain(`${permissions(entry)}  ${entry.uid}:${entry.gid}  ${formatBytes(sizeBytes)}  ${entry.type}`),
    plain(`Written ${timeText(entry.mtimeSeconds)}, by layer ${history.eventLayers[event] ?? 0}`),
    ...(entry.linkTarget === undefined ? [] : paragraph(`Link to ${entry.linkTarget}`, width, 3)),
    ...(countedAt === undefined
      ? []
      : paragraph(`Another name of /${pathOf(history, countedAt)}, where its bytes count`, width, 3)),
    ...(owner === undefined ? [] : paragraph(`Belongs to ${owner.title} ${owner.note}`, width, 2)),
    ...(mark === undefined
      ? []
      : [
          markSpans(mark).map((span) => ({ ...span, text: span.text.trim() })),
          ...paragraph(`Remedy: ${remedyOf(state, mark.kind, history.eventLayers[event])}`, width, 5),
        ]),
  ];
}

/** That of the finding, which may know better than its kind. */
function remedyOf({ model }: BrowseState, kind: FindingKind, layer: number | undefined): string {
  const found = model.subject.audit.findings.find((one) => one.kind === kind && one.layer === layer);
  return (found ?? findingKinds[kind]).remedy;
}

function timeText(seconds: number): string {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? 'at an impossible time' : time.toISOString().replace(/\.\d+/, '');
}

function heading(text: string): Line {
  return [{ text: safeText(text), style: 'bold' }];
}

function bold(span: Span): Span {
  return { ...span, style: 'bold' };
}

function plain(text: string): Line {
  return [{ text }];
}

/** Image text over several lines, the last one cut with `…` where there is more. */
function paragraph(text: string, width: number, most: number): Line[] {
  const short = /^(?:RUN|\/bin\/sh|COPY|ADD)\b/.test(text) ? shortInstruction(text) : text;
  const lines = wrap(safeText(short), Math.max(10, width - 1));
  const shown = lines.length > most ? [...lines.slice(0, most - 1), `${lines[most - 1] ?? ''}…`] : lines;
  return shown.map(plain);
}
