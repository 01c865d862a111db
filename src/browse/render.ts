import { formatBytes } from '../base/index.ts';
import { efficiencyText, type Paint, painter, shortInstruction } from '../report/index.ts';
import { smallScreenNote } from './layout.ts';
import { detailLines } from './render-details.ts';
import { groupLines } from './render-groups.ts';
import { renderLastLine } from './render-last-line.ts';
import { renderPage } from './render-page.ts';
import { type PaneLine, treeLines } from './render-tree.ts';
import { fitSelected, fitSpans, padStart, type Span, safeText, truncateStart } from './spans.ts';
import { type BrowseState, groupRowsOf, layoutOf } from './state.ts';

/** The screen, line by line: as many lines as it has rows, each as wide as it has columns, colours as escape codes. */
export function render(state: BrowseState, { hasColour }: { readonly hasColour: boolean }): string[] {
  const paint = painter(hasColour);
  const lines = state.page === undefined ? panes(state, paint) : renderPage(state, state.page, paint);
  return lines.slice(0, state.size.rows);
}

function panes(state: BrowseState, paint: Paint): string[] {
  const { columns } = state.size;
  const { bodyRows, leftColumns, rightColumns } = layoutOf(state);
  const left = leftColumns > 0 ? leftPane(state, paint) : undefined;
  const right = rightColumns > 0 ? rightPane(state, paint) : undefined;
  const divider = ` ${paint('│', 'dim')} `;
  const body = Array.from({ length: bodyRows + 1 }, (_, i) =>
    [left?.[i], right?.[i]].filter((one) => one !== undefined).join(divider),
  );
  return [fitSpans(headline(state), columns, paint), ...body, lastLine(state, paint)];
}

function headline({ model, size }: BrowseState): Span[] {
  const { image, deadBytes, avoidableBytes } = model.subject.audit;
  const facts: Span[] = [
    { text: `  ${formatBytes(image.contentBytes)}`, style: 'bold' },
    { text: ` · ${formatBytes(deadBytes)} dead`, style: deadBytes > 0 ? 'bad' : 'plain' },
    { text: ` · ${formatBytes(avoidableBytes)} avoidable`, style: avoidableBytes > 0 ? 'warn' : 'plain' },
    { text: ` · efficiency ${efficiencyText(model.subject.audit)}` },
  ];
  const room = size.columns - facts.reduce((sum, { text }) => sum + text.length, 0);
  return [{ text: truncateStart(safeText(image.name), Math.max(12, room)), style: 'accent' }, ...facts];
}

/** Titles and body of the left pane. */
function leftPane(state: BrowseState, paint: Paint): string[] {
  const { leftColumns, bodyRows, layerRows, isSmall } = layoutOf(state);
  const layers = layerLines(state, layerRows);
  const details = isSmall ? [] : detailLines(state).map((spans): PaneLine => ({ spans }));
  const lines = [...layers, ...details];
  const title: Span[] = [
    { text: 'Layers', style: titleStyle(state, 'layers') },
    { text: '     size     dead  instruction', style: 'dim' },
  ];
  return paneOf({ title, lines, width: leftColumns, bodyRows, isFocused: state.focus === 'layers' }, paint);
}

function layerLines(state: BrowseState, layerRows: number): PaneLine[] {
  const { layers, image } = state.model.subject.audit;
  const digits = String(layers.length).length;
  return layers.slice(state.layersTop, state.layersTop + layerRows).map((layer): PaneLine => {
    const isLarge = layer.contentBytes * 10 >= image.contentBytes;
    const instruction = layer.instruction === undefined ? '' : shortInstruction(layer.instruction);
    return {
      isSelected: layer.position === state.layer,
      spans: [
        { text: `${padStart(String(layer.position), Math.max(6, digits))} `, style: 'dim' },
        { text: padStart(formatBytes(layer.contentBytes), 8), style: isLarge ? 'bold' : 'plain' },
        { text: padStart(layer.deadBytes === 0 ? '' : formatBytes(layer.deadBytes), 9), style: 'bad' },
        { text: `  ${safeText(instruction)}`, style: layer.isBase === true ? 'dim' : 'plain' },
      ],
    };
  });
}

/** Titles and body of the right pane. */
function rightPane(state: BrowseState, paint: Paint): string[] {
  const { rightColumns, bodyRows } = layoutOf(state);
  const lines = state.view === 'tree' ? treeLines(state) : groupLines(state, state.view);
  const title = rightTitle(state);
  return paneOf({ title, lines, width: rightColumns, bodyRows, isFocused: state.focus === 'files' }, paint);
}

function rightTitle(state: BrowseState): Span[] {
  const tab = (view: BrowseState['view'], text: string): Span => ({
    text: state.view === view ? `[${text}]` : ` ${text} `,
    style: state.view === view ? titleStyle(state, 'files') : 'dim',
  });
  const { layer, isAggregated, hidden } = state;
  const order = state.orders[state.view];
  const changes = isAggregated ? `changes of layers 1 to ${layer}` : `changes of layer ${layer}`;
  const what = state.view === 'tree' ? [changes] : [];
  const notes = [
    ...(hidden.size > 0 && state.view === 'tree' ? [`without ${[...hidden].join(', ')}`] : []),
    // Findings come as the audit ranks them.
    state.view === 'findings' && order === 'size' ? 'worst first' : `by ${order}`,
  ];
  return [
    tab('tree', '1 Files'),
    tab('packages', '2 Packages'),
    tab('findings', '3 Findings'),
    { text: ` ${[...filterNotes(state), ...what, ...notes].join(' · ')}`, style: 'dim' },
  ];
}

function filterNotes(state: BrowseState): string[] {
  const { filter, view } = state;
  if (filter === undefined) return [];
  const kind = filter.run.kind === 'expression' ? 'expression' : 'text';
  const found = view === 'tree' ? (filter.result?.matchCount ?? 0) : groupRowsOf(state, view).shown.length;
  const count = filter.isRunning ? '…' : found.toLocaleString('en-US');
  return [`${kind} ${safeText(filter.text)}: ${count}`];
}

function titleStyle(state: BrowseState, pane: BrowseState['focus']): 'accent' | 'bold' {
  return state.focus === pane ? 'accent' : 'bold';
}

interface Pane {
  readonly title: readonly Span[];
  readonly lines: readonly PaneLine[];
  readonly width: number;
  readonly bodyRows: number;
  readonly isFocused: boolean;
}

function paneOf({ title, lines, width, bodyRows, isFocused }: Pane, paint: Paint): string[] {
  const body = lines.slice(0, bodyRows).map(({ spans, isSelected }) => {
    if (isSelected !== true) return fitSpans(spans, width, paint);
    // Where the other pane has the keys, the selection is underlined.
    return isFocused ? fitSelected(spans, width) : `\x1b[4m${fitSpans(spans, width, paint)}\x1b[24m`;
  });
  const blank = ' '.repeat(width);
  return [
    fitSpans(title, width, paint),
    ...body,
    ...Array.from({ length: Math.max(0, bodyRows - body.length) }, () => blank),
  ];
}

function lastLine(state: BrowseState, paint: Paint): string {
  const small = layoutOf(state).isSmall
    ? `${state.size.columns}×${state.size.rows}: ${smallScreenNote}  `
    : '';
  return renderLastLine(state, `${small}${hints(state)}`, paint);
}

function hints({ focus, view, filter }: BrowseState): string {
  const end = filter === undefined ? '/ filter' : 'esc ends the filter';
  if (focus === 'layers') {
    return `tab files  ↑ ↓ layer  ctrl-a all changes  ctrl-l of the layer  ${end}  ? help  q quit`;
  }
  const own = view === 'tree' ? 'space fold  enter show' : 'space open  1 in the tree';
  return `tab layers  ${own}  x extract  ${end}  s sort  v view  ? help  q quit`;
}
