import { findNext } from './find-in-file.ts';
import { helpLineCount } from './help-page.ts';
import type { Key } from './keys.ts';
import type { Page } from './page.ts';
import { type BrowseState, layoutOf } from './state.ts';

/** What a key does to a page. */
export type PageStep =
  | { readonly kind: 'page'; readonly page: Page }
  /** A search was asked for: its text is to be typed. */
  | { readonly kind: 'find' }
  | { readonly kind: 'told'; readonly text: string }
  | { readonly kind: 'closed' }
  | { readonly kind: 'quit' };

const vertical: Readonly<Record<string, (top: number, page: number) => number>> = {
  up: (top) => top - 1,
  k: (top) => top - 1,
  down: (top) => top + 1,
  j: (top) => top + 1,
  enter: (top) => top + 1,
  pageup: (top, page) => top - page,
  u: (top, page) => top - page,
  pagedown: (top, page) => top + page,
  d: (top, page) => top + page,
  space: (top, page) => top + page,
  home: () => 0,
  g: () => 0,
  end: () => Number.MAX_SAFE_INTEGER,
  G: () => Number.MAX_SAFE_INTEGER,
};

const searching: Readonly<Record<string, 'forward' | 'backward'>> = { n: 'forward', N: 'backward' };

const horizontal: Readonly<Record<string, number>> = { left: -16, h: -16, right: 16, l: 16 };

/** Scrolls a page, or leaves it. */
export function browsePage(state: BrowseState, page: Page, key: Key): PageStep {
  if (key.name === 'ctrl-c') return { kind: 'quit' };
  if (key.name === 'escape' || key.name === 'q') return { kind: 'closed' };
  if (page.kind === 'help' && (key.name === '?' || key.name === 'f1')) return { kind: 'closed' };
  if (page.kind === 'reading') return { kind: 'page', page };
  const { bodyRows } = layoutOf(state);
  const move = vertical[key.name];
  if (move !== undefined) {
    const lineCount = page.kind === 'help' ? helpLineCount : page.pages.lines.length;
    const top = Math.max(0, Math.min(move(page.top, bodyRows), lineCount - bodyRows));
    return { kind: 'page', page: { ...page, top } };
  }
  if (page.kind !== 'file') return { kind: 'page', page };
  if (key.name === '/' || key.name === 'ctrl-f' || key.name === 'ctrl-/') return { kind: 'find' };
  const direction = searching[key.name];
  if (direction !== undefined) {
    const found = findNext(page, direction, { columns: state.size.columns, bodyRows });
    return found === undefined
      ? { kind: 'told', text: missed(page, direction) }
      : { kind: 'page', page: found };
  }
  const sideways = horizontal[key.name];
  if (sideways !== undefined) {
    return { kind: 'page', page: { ...page, left: Math.max(0, page.left + sideways) } };
  }
  return { kind: 'page', page };
}

function missed(
  { search }: Extract<Page, { readonly kind: 'file' }>,
  direction: 'forward' | 'backward',
): string {
  if (search === undefined) return 'Nothing was looked for yet: / does.';
  return `No ${direction === 'forward' ? 'further match below' : 'match above'}: ${search.text}`;
}
