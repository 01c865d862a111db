import type { FilePages } from './file-content.ts';
import type { FileSearch, Page } from './page.ts';
import { compileExpression, hasCapitals } from './text-filter.ts';

/** Part of a line, in UTF-16 units. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** What a page that shows a file needs to go to a match. */
export interface FindView {
  readonly columns: number;
  readonly bodyRows: number;
}

type FilePage = Extract<Page, { readonly kind: 'file' }>;

/** Looks a text up in the lines of a file: understood as a filter is, an expression where it has signs of one. */
export function searchFile(pages: FilePages, text: string): FileSearch {
  const expression = expressionOf(text);
  const lines = pages.lines.flatMap((line, number) => (line.search(expression) === -1 ? [] : [number]));
  return { text, expression, lines };
}

/** Goes to the first match from the top of the screen on, or stays where there is none. */
export function findFirst(page: FilePage, search: FileSearch, view: FindView): FilePage | undefined {
  const line = search.lines.find((number) => number >= page.top);
  return line === undefined ? undefined : showMatch({ ...page, search }, line, view);
}

/** Goes to the next line with a match, or the one before: counted from the last one while that is on the screen, as `less` does. */
export function findNext(
  page: FilePage,
  direction: 'forward' | 'backward',
  view: FindView,
): FilePage | undefined {
  const { search, top } = page;
  if (search === undefined) return undefined;
  const { line: last, lines } = search;
  const isOnScreen = last !== undefined && last >= top && last < top + view.bodyRows;
  const line =
    direction === 'forward'
      ? lines.find((number) => (isOnScreen ? number > last : number >= top))
      : lines.findLast((number) => number < (isOnScreen ? last : top));
  return line === undefined ? undefined : showMatch(page, line, view);
}

/** Where a line has matches; those that begin at `before` or later are left out. */
export function matchesOf(line: string, { expression }: FileSearch, before: number): TextRange[] {
  const ranges: TextRange[] = [];
  for (const { index: start, 0: text } of line.matchAll(expression)) {
    if (start >= before) break;
    if (text !== '') ranges.push({ start, end: start + text.length });
  }
  return ranges;
}

function showMatch(page: FilePage, line: number, { columns, bodyRows }: FindView): FilePage {
  const { pages, search } = page;
  const top = Math.max(0, Math.min(line, pages.lines.length - bodyRows));
  const [match] =
    search === undefined ? [] : matchesOf(pages.lines[line] ?? '', search, Number.MAX_SAFE_INTEGER);
  const isInSight = match === undefined || (match.start >= page.left && match.end <= page.left + columns);
  const aside = match === undefined || match.end <= columns ? 0 : match.start - Math.floor(columns / 3);
  return {
    ...page,
    top,
    left: isInSight ? page.left : Math.max(0, aside),
    ...(search && { search: { ...search, line } }),
  };
}

function expressionOf(text: string): RegExp {
  const source = compileExpression(text)?.source ?? text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return new RegExp(source, hasCapitals(text) ? 'gu' : 'giu');
}
