import { isScalar, type Node, type Pair, type YAMLMap } from 'yaml';

/** Text that goes in at an offset, in place of `length` characters. */
export interface Splice {
  readonly at: number;
  readonly length?: number;
  readonly text: string;
}

/** The text with all splices made. */
export function spliced(text: string, splices: readonly Splice[]): string {
  return [...splices]
    .sort((a, b) => b.at - a.at)
    .reduce(
      (now, { at, length = 0, text: added }) => now.slice(0, at) + added + now.slice(at + length),
      text,
    );
}

/** The line end of a file. */
export function lineEndOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** The spaces in front of what stands at an offset; a dash of a list counts as one. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return text.slice(start, offset).replaceAll(/\S/g, ' ');
}

/** Where a node begins and its value ends. */
export function rangeOf(node: Node): readonly [start: number, end: number] | undefined {
  return node.range === null || node.range === undefined ? undefined : [node.range[0], node.range[1]];
}

/** The pair of a key. */
export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** New keys behind the last one of a map in block style, each on a line of its own, or within the braces of one in flow style; undefined where the file does not show where. */
export function appendKeys(
  text: string,
  map: YAMLMap,
  keys: readonly (readonly [name: string, value: string])[],
): Splice | undefined {
  const last = map.items.at(-1);
  const [key, value] = [last?.key, last?.value];
  // Nodes of a parsed document.
  const end = rangeOf((value ?? key) as Node)?.[1];
  const start = rangeOf(key as Node)?.[0];
  if (last === undefined || end === undefined || start === undefined) return undefined;
  if (map.flow === true)
    // A comma ends a plain value there.
    return {
      at: end,
      text: keys.map(([name, one]) => `, ${name}: ${one.includes(',') ? `"${one}"` : one}`).join(''),
    };
  return afterLine(text, end, linesOf(text, start, keys));
}

function linesOf(
  text: string,
  start: number,
  keys: readonly (readonly [name: string, value: string])[],
): readonly string[] {
  const indent = indentAt(text, start);
  return keys.map(([name, value]) => `${indent}${name}: ${value}`);
}

/** Lines below the one in which something ends; blank lines that follow a block of text stay below. */
export function afterLine(text: string, end: number, lines: readonly string[]): Splice {
  const eol = lineEndOf(text);
  const trimmed = text.slice(0, end).replace(/[\r\n\t ]+$/, '').length;
  const newline = text.indexOf('\n', trimmed);
  const at = newline === -1 ? text.length : newline + 1;
  const added = lines.map((line) => `${line}${eol}`).join('');
  const isOpen = newline === -1 && !text.endsWith('\n');
  return { at, text: isOpen ? `${eol}${added.slice(0, -eol.length)}` : added };
}

/** Lines above a list's item, and above the comment that stands directly on top of it. */
export function beforeItem(text: string, itemStart: number, lines: readonly string[]): Splice | undefined {
  const dash = text.lastIndexOf('-', itemStart);
  let at = text.lastIndexOf('\n', dash) + 1;
  if (dash === -1 || text.slice(at, dash).trim() !== '') return undefined;
  const indent = text.slice(at, dash);
  for (;;) {
    const start = text.lastIndexOf('\n', at - 2) + 1;
    const above = text.slice(start, at);
    if (at === 0 || !above.startsWith(`${indent}#`)) break;
    at = start;
  }
  const eol = lineEndOf(text);
  const isSpaced = /\n[ \t]*\r?\n$/.test(text.slice(0, at));
  return { at, text: `${lines.map((line) => `${indent}${line}${eol}`).join('')}${isSpaced ? eol : ''}` };
}
