import type { FileHistory } from './file-history.ts';

/** Which paths a filter takes. */
export interface FilterResult {
  /** By node: 2 where the path matches and its directory's does not, 1 where both match, 0 where it does not. */
  readonly matches: Uint8Array;
  /** By node: 1 for a directory with a 2 below. */
  readonly leads: Uint8Array;
  readonly matchCount: number;
}

/** How the text of a filter is understood. */
export type FilterKind = 'text' | 'expression';

/** A filter at work: it goes over the nodes in portions, so that typing is never held up. */
export interface FilterRun {
  readonly kind: FilterKind;
  /** Goes over the next portion; the result once it has seen all. */
  next(): FilterResult | undefined;
}

/** Nodes in one portion. */
const portion = 8_000;

const expressionSigns = /[\^$*+?()[\]{}|\\]/;

/**
 * Starts a filter on paths with a leading slash (`/usr/lib/x.so`). A text with signs of a regular expression is one if it compiles;
 * any other is looked for as it stands. Capitals matter only where the text has some.
 */
export function startFilter(history: FileHistory, text: string): FilterRun {
  const expression = compileExpression(text);
  const judge = expression === undefined ? textJudge(history, text) : expressionJudge(history, expression);
  const matches = new Uint8Array(history.nodeCount);
  let at = 1;
  return {
    kind: expression === undefined ? 'text' : 'expression',
    next() {
      // The last step has a portion of its own.
      if (at >= history.nodeCount) return resultOf(history, matches);
      const end = Math.min(at + portion, history.nodeCount);
      for (; at < end; at++) matches[at] = judge(at, matches[history.parents[at] ?? 0] ?? 0);
      return undefined;
    },
  };
}

/** The new value in `matches`, from that of the directory. */
type Judge = (node: number, directoryMatch: number) => number;

/** The expression that a text with signs of one is; undefined where it has none or does not compile. */
export function compileExpression(text: string): RegExp | undefined {
  if (!expressionSigns.test(text)) return undefined;
  try {
    return new RegExp(text, hasCapitals(text) ? 'u' : 'iu');
  } catch {
    return undefined;
  }
}

/** Whether a title holds a filter's text, as `startFilter` understands it; the capitals of a plain text do not matter in titles. */
export function textTest(text: string): (title: string) => boolean {
  const expression = compileExpression(text);
  if (expression !== undefined) return (title) => expression.test(title);
  const wanted = text.toLowerCase();
  return (title) => title.toLowerCase().includes(wanted);
}

function expressionJudge(history: FileHistory, expression: RegExp): Judge {
  const directories = new Map<number, string>([[0, '/']]);
  return (node, directoryMatch) => {
    const path = (directories.get(history.parents[node] ?? 0) ?? '/') + (history.names[node] ?? '');
    if ((history.childStarts[node] ?? 0) < (history.childStarts[node + 1] ?? 0)) {
      directories.set(node, `${path}/`);
    }
    if (!expression.test(path)) return 0;
    return directoryMatch > 0 ? 1 : 2;
  };
}

// A path holds `b/c/d` exactly where a name begins with d, its directory is c, and the one above ends with b.
function textJudge(history: FileHistory, text: string): Judge {
  const fold = hasCapitals(text)
    ? (name: string): string => name
    : (name: string): string => name.toLowerCase();
  const parts = text.split('/');
  const last = parts.pop() ?? '';
  const nameOf = (node: number): string => fold(history.names[node] ?? '');
  const holds = (node: number): boolean => {
    if (parts.length === 0) return nameOf(node).includes(last);
    if (!nameOf(node).startsWith(last)) return false;
    let above = history.parents[node] ?? -1;
    for (let part = parts.length - 1; part > 0; part--) {
      if (above <= 0 || nameOf(above) !== parts[part]) return false;
      above = history.parents[above] ?? -1;
    }
    return above >= 0 && nameOf(above).endsWith(parts[0] ?? '');
  };
  return (node, directoryMatch) => (directoryMatch > 0 ? 1 : holds(node) ? 2 : 0);
}

/** True where capitals matter, because the text has some. */
export function hasCapitals(text: string): boolean {
  // `\S` and `\D` are no capitals.
  return /\p{Lu}/u.test(text.replace(/\\./g, ''));
}

function resultOf(history: FileHistory, matches: Uint8Array): FilterResult {
  const leads = new Uint8Array(history.nodeCount);
  let matchCount = 0;
  for (let node = history.nodeCount - 1; node > 0; node--) {
    if (matches[node] === 2) matchCount += 1;
    if (matches[node] === 2 || leads[node] === 1) leads[history.parents[node] ?? 0] = 1;
  }
  return { matches, leads, matchCount };
}
