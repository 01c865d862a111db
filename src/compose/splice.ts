import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { mostAliases } from './parse-text.ts';
import { blockLines, inlinePair, inlineText, itemLines, type Spelling, type Written } from './spelling.ts';

/** One thing to add to a compose file. */
export interface Addition {
  /** Keys from the top of the file; missing ones are made. */
  readonly path: readonly string[];
  readonly value: Written;
  /** `set`: under its key; `append`: as an item of the list at the path; `pair`: as NAME and value of a map, or `NAME=value` of a list. */
  readonly how: 'set' | 'append' | 'pair';
}

/** Why an addition cannot be made without changing something else. */
export class CannotInsert extends Error {
  override readonly name = 'CannotInsert';
}

/** What to say of a file that is written in a way for which nothing better can be said. */
export function noPlace(): CannotInsert {
  return new CannotInsert('the way in which the file is written leaves no place for it');
}

/** A text with what is known of it. */
export interface Place {
  readonly text: string;
  readonly document: Document;
  readonly spelling: Spelling;
  /** Whether the place stands in a map on one line, or between braces over several. */
  readonly isFlow: boolean;
}

/** The pair of a map with this key. */
export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => {
    const value = isScalar(pair.key) ? pair.key.value : pair.key;
    // The library gives a merge key as a symbol.
    return (typeof value === 'symbol' ? '<<' : value) === key;
  });
}

/** A key of its own would replace the whole value that a merge key brings in. */
export function refuseMerged({ text, document }: Place, map: YAMLMap, key: string): void {
  const merge = pairOf(map, '<<');
  const merged: unknown =
    merge === undefined
      ? undefined
      : (map.toJS(document, { maxAliasCount: mostAliases }) as Record<string, unknown>)[key];
  if (merged === undefined) return;
  const line = lineOf(text, merge?.key);
  throw new CannotInsert(
    `${key} comes from the merge key in line ${line}, and one here would replace it whole`,
  );
}

/** What to say of an alias that cannot be added to. */
export function sharedValue(
  { text }: Place,
  node: Node,
  path: readonly string[],
  depth: number,
): CannotInsert {
  const name = path.slice(0, depth + 1).join('.');
  return new CannotInsert(
    `${name} is an alias (line ${lineOf(text, node)}) of what other parts of the file share`,
  );
}

/** The 1-based line of a node. */
export function lineOf(text: string, node: unknown): number {
  // Nodes of a parsed document have a range.
  return text.slice(0, (node as Node | null)?.range?.[0] ?? 0).split('\n').length;
}

/** Adds a key to a map, below its last one. */
export function addPair(place: Place, map: YAMLMap, key: string, value: Written): string {
  const { text, spelling } = place;
  if (map.flow === true) return addInline(place, map, inlinePair(key, value, spelling));
  const column = columnOf(text, map.items[0]?.key);
  if (column === undefined) throw noPlace();
  // Where parts stand apart, a new part of the file does too.
  const isApart = map === place.document.contents && /\n[ \t]*\r?\n/.test(text);
  const lines = [...(isApart ? [''] : []), ...blockLines(key, value, spelling)];
  return addLines(place, endOf(map), indented(lines, column));
}

/** Adds an item to a list. */
export function addItem(place: Place, list: YAMLSeq, value: Written): string {
  const { text, spelling } = place;
  if (list.flow === true) return addInline(place, list, inlineText(value, spelling));
  return addLines(
    place,
    endOf(list),
    indented(itemLines(value, spelling), columnAt(text, list.range?.[0] ?? 0)),
  );
}

/** `{ a: 1 }` → `{ a: 1, b: 2 }`; `{}` → `{ b: 2 }`. */
function addInline({ text, spelling }: Place, collection: YAMLMap | YAMLSeq, addition: string): string {
  const [start, end] = collection.range ?? [0, 0];
  if (collection.items.length > 0) {
    const at = endOf(collection.items.at(-1));
    return `${text.slice(0, at)}, ${addition}${text.slice(at)}`;
  }
  // A comment between the braces would be lost.
  if (text.slice(start + 1, end - 1).trim() !== '') throw noPlace();
  const pad = isMap(collection) || spelling.isPadded ? ' ' : '';
  return `${text.slice(0, start + 1)}${pad}${addition}${pad}${text.slice(end - 1)}`;
}

/** `services:` with nothing below: the value goes onto the next lines. */
export function replaceEmpty(place: Place, owner: Pair | undefined, value: Written): string {
  const { text, spelling } = place;
  const column = columnOf(text, owner?.key);
  const empty = owner?.value as Node | null | undefined;
  const at = empty?.range?.[1];
  if (isScalar(empty) && empty.range?.[0] !== empty.range?.[1])
    throw new CannotInsert('an explicit null says that there is to be nothing');
  if (at !== undefined && place.isFlow) {
    const gap = /\s$/.test(text.slice(0, at)) ? '' : ' ';
    return `${text.slice(0, at)}${gap}${inlineText(value, spelling)}${text.slice(at)}`;
  }
  if (column === undefined || at === undefined) throw noPlace();
  const lines = blockLines('k', value, spelling).slice(1);
  if (lines.length === 0) throw noPlace();
  return addLines(place, at, indented(lines, column));
}

/** `build: .` → a map with `context: .` and what is added. */
export function fromScalar(place: Place, pair: Pair, rest: readonly string[], value: Written): string {
  const { text, spelling } = place;
  const key = pair.key as Node & { value?: unknown };
  const scalar = pair.value as Node;
  const [added] = rest;
  const [start = 0, end = 0] = scalar.range ?? [];
  const column = columnOf(text, key);
  if (key.value !== 'build' || added === undefined || rest.length !== 1)
    throw new CannotInsert('a single value stands in its place');
  const written = text.slice(start, end);
  if (place.isFlow || column === undefined) {
    const context = spelling.isJson ? '"context"' : 'context';
    const inline = `{ ${context}: ${written}, ${inlinePair(added, value, spelling)} }`;
    return `${text.slice(0, start)}${inline}${text.slice(end)}`;
  }
  const step = ' '.repeat(column + spelling.indent);
  const head = `${text.slice(0, start).trimEnd()}${spelling.lineEnd}${step}context: `;
  const changed = `${head}${text.slice(start)}`;
  const at = head.length + (end - start);
  return addLines({ ...place, text: changed }, at, indented(blockLines(added, value, spelling), step.length));
}

/** `environment: *defaults` → a map that merges the alias, so that the anchor stays as it is for the others. */
export function fromAlias(place: Place, alias: Node, { path, value, how }: Addition, depth: number): string {
  const { text, document, spelling } = place;
  const target = isAlias(alias) ? alias.resolve(document) : undefined;
  const key = path[depth + 1];
  const [start = 0, end = 0] = alias.range ?? [];
  const lineStart = text.lastIndexOf('\n', start) + 1;
  const column = /^ */.exec(text.slice(lineStart))?.[0].length ?? 0;
  const isBlock = /^ *[\w"'.-]+:[ \t]*$/.test(text.slice(lineStart, start));
  const isNextTo = key !== undefined && depth + 2 === path.length;
  if (!isMap(target) || how !== 'pair' || !isNextTo || !(isBlock || place.isFlow))
    throw sharedValue(place, alias, path, depth);
  const step = column + spelling.indent;
  const written = text.slice(start, end);
  if (place.isFlow)
    return `${text.slice(0, start)}{ <<: ${written}, ${key}: ${inlineText(value, spelling)} }${text.slice(end)}`;
  const head = `${text.slice(0, start).trimEnd()}${spelling.lineEnd}${' '.repeat(step)}<<: `;
  return addLines(
    { ...place, text: `${head}${text.slice(start)}` },
    head.length + written.length,
    indented(blockLines(key, value, spelling), step),
  );
}

/** Puts lines below the line in which `offset` stands (before it, where it is the start of a line). */
function addLines({ text, spelling }: Place, offset: number, lines: readonly string[]): string {
  const { lineEnd } = spelling;
  const added = lines.join(lineEnd);
  const isLineStart = offset > 0 && text[offset - 1] === '\n';
  const next = isLineStart ? offset - 1 : text.indexOf('\n', offset);
  if (next === -1) return `${text}${lineEnd}${added}`;
  return `${text.slice(0, next + 1)}${added}${lineEnd}${text.slice(next + 1)}`;
}

function indented(lines: readonly string[], column: number): readonly string[] {
  return lines.map((line) => (line === '' ? '' : ' '.repeat(column) + line));
}

/** Where the last thing in a node ends, comments left out. */
function endOf(node: unknown): number {
  if (isPair(node)) {
    const { key, value } = node;
    return value === null || value === undefined ? endOf(key) : endOf(value);
  }
  if (isCollection(node) && node.flow !== true && node.items.length > 0) return endOf(node.items.at(-1));
  if (isCollection(node) && node.flow === true) return node.range?.[1] ?? 0;
  return (node as Node | null)?.range?.[1] ?? 0;
}

/** The column of a key that begins its line (or follows `- `); undefined in a flow map. */
function columnOf(text: string, key: unknown): number | undefined {
  const offset = (key as Node | null | undefined)?.range?.[0];
  if (offset === undefined) return undefined;
  const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^[ \uFEFF]*(?:- +)*$/.test(before) ? before.replace('\uFEFF', '').length : undefined;
}

function columnAt(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}
