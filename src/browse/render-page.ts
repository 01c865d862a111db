import { formatBytes } from '../base/index.ts';
import { type Paint, pad, truncate } from '../report/index.ts';
import { matchesOf } from './find-in-file.ts';
import { helpLines } from './help-page.ts';
import type { Page } from './page.ts';
import { renderLastLine } from './render-last-line.ts';
import { fitSpans, type Span, safeText, truncateStart } from './spans.ts';
import { type BrowseState, layoutOf } from './state.ts';

/** A page over the whole screen: a title, the lines, and what keys do. */
export function renderPage(state: BrowseState, page: Page, paint: Paint): string[] {
  const { columns } = state.size;
  const { bodyRows } = layoutOf(state);
  const body = bodyOf(page, { columns, bodyRows }).map((spans) => fitSpans(spans, columns, paint));
  const blank = ' '.repeat(columns);
  return [
    fitSpans([{ text: titleOf(page, columns), style: 'bold' }], columns, paint),
    blank,
    ...body,
    ...Array.from({ length: Math.max(0, bodyRows - body.length) }, () => blank),
    renderLastLine(state, hintsOf(page, bodyRows), paint),
  ];
}

function titleOf(page: Page, columns: number): string {
  if (page.kind === 'help') return 'Keys of the image browser';
  const path = `/${safeText(page.file.path)}`;
  if (page.kind === 'reading') return truncateStart(path, columns);
  const facts = `  ${formatBytes(page.sizeBytes)}, layer ${page.file.layer}, ${page.pages.kind}`;
  return truncateStart(path, columns - facts.length) + facts;
}

type FilePage = Extract<Page, { readonly kind: 'file' }>;

function matchCount({ lines, line }: NonNullable<FilePage['search']>): string {
  const place = line === undefined ? '' : `${lines.indexOf(line) + 1} of `;
  return `${place}${lines.length.toLocaleString('en-US')} ${lines.length === 1 ? 'line' : 'lines'}`;
}

function hintsOf(page: Page, bodyRows: number): string {
  if (page.kind === 'reading') return 'esc stops';
  if (page.kind === 'help') return '↑ ↓ scroll  esc back';
  const { pages, top } = page;
  const last = Math.min(pages.lines.length, top + bodyRows);
  const more = pages.isWhole ? '' : ', the beginning only';
  const search = page.search === undefined ? '/ search' : `/ n N search: ${matchCount(page.search)}`;
  return `↑ ↓ ← → scroll  ${search}  esc back  lines ${Math.min(top + 1, last)}–${last} of ${pages.lines.length}${more}`;
}

function bodyOf(
  page: Page,
  { columns, bodyRows }: { readonly columns: number; readonly bodyRows: number },
): Span[][] {
  if (page.kind === 'reading') return [[{ text: 'Reading…', style: 'dim' }]];
  if (page.kind === 'help') {
    const keyColumns = Math.max(...helpLines.map(({ keys }) => keys.length)) + 2;
    return helpLines
      .slice(page.top, page.top + bodyRows)
      .map(({ keys, pane, text }) => [
        { text: pad(keys, keyColumns), style: 'accent' },
        { text: pad(pane, 8), style: 'dim' },
        { text },
      ]);
  }
  return page.pages.lines.slice(page.top, page.top + bodyRows).map((line) => textSpans(line, page, columns));
}

function textSpans(line: string, { left, search }: FilePage, columns: number): Span[] {
  const end = left + columns;
  // Only what can be seen is made safe: a line may be a megabyte long.
  const near = expandTabs(line.slice(0, end));
  const columnOf = (at: number): number =>
    Math.min(end, Math.max(left, expandTabs(line.slice(0, Math.min(at, end))).length));
  const spans: Span[] = [];
  let shown = left;
  for (const match of search === undefined ? [] : matchesOf(line, search, end)) {
    const [from, to] = [columnOf(match.start), columnOf(match.end)];
    spans.push(
      { text: safeText(near.slice(shown, from)) },
      { text: safeText(near.slice(from, to)), isMarked: true },
    );
    shown = to;
  }
  return [...spans, { text: truncate(safeText(near.slice(shown)), columns) }].filter(
    ({ text }) => text !== '',
  );
}

function expandTabs(line: string): string {
  if (!line.includes('\t')) return line;
  let expanded = '';
  for (const character of line) {
    expanded += character === '\t' ? ' '.repeat(8 - (expanded.length % 8)) : character;
  }
  return expanded;
}
