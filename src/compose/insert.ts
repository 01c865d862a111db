import { type Document, isAlias, isMap, isScalar, isSeq, type Pair } from 'yaml';
import { contentOf, parseText } from './parse-text.ts';
import { plainValue, spellingOf, type Written } from './spelling.ts';
import {
  type Addition,
  addItem,
  addPair,
  CannotInsert,
  fromAlias,
  fromScalar,
  lineOf,
  noPlace,
  type Place,
  pairOf,
  refuseMerged,
  replaceEmpty,
  sharedValue,
} from './splice.ts';

export { type Addition, CannotInsert } from './splice.ts';

/**
 * The text with an addition; every byte that is there stays, but for `build: .` and `environment: *alias`, which become maps with the
 * same content. Throws `CannotInsert` where that is impossible.
 */
export function insert(text: string, addition: Addition): string {
  const document = parseText(text);
  const before: unknown = JSON.parse(JSON.stringify(contentOf(document)));
  const edited = insertInto(text, document, addition);
  const result = parseText(edited);
  const expected = withAddition(before, addition);
  // The last word is YAML's: what is read afterwards must be what was there with the addition, and nothing else.
  if (
    result.errors.length > 0 ||
    JSON.stringify(sorted(contentOf(result))) !== JSON.stringify(sorted(expected))
  ) {
    const shared = sharedAnchor(text, document, addition.path);
    throw shared === undefined ? noPlace() : new CannotInsert(shared);
  }
  return edited;
}

/** Why an addition reached more than its place: something on the way to it has an anchor, and other parts of the file take it over. */
function sharedAnchor(text: string, document: Document, path: readonly string[]): string | undefined {
  let node: unknown = document.contents;
  for (const key of path) {
    node = isMap(node) ? pairOf(node, key)?.value : undefined;
    if ((isMap(node) || isSeq(node)) && node.anchor !== undefined)
      return `${key} has the anchor &${node.anchor} (line ${lineOf(text, node)}), and other parts of the file would change with it`;
  }
  return undefined;
}

function insertInto(text: string, document: Document, { path, value, how }: Addition): string {
  let place: Place = { text, document, spelling: spellingOf(text), isFlow: false };
  let map: unknown = document.contents;
  let owner: Pair | undefined;
  for (const [depth, key] of path.entries()) {
    if (!isMap(map)) return replaceEmpty(place, owner, nested(path.slice(depth), value, how));
    if (map.flow === true) place = { ...place, isFlow: true };
    const pair = pairOf(map, key);
    if (pair === undefined) {
      refuseMerged(place, map, key);
      const [, ...rest] = path.slice(depth);
      return addPair(place, map, key, nested(rest, value, how));
    }
    owner = pair;
    map = pair.value;
    const isLast = depth === path.length - 1;
    const isFinal = isLast || (how === 'pair' && depth === path.length - 2);
    if (isAlias(map)) {
      if (!isFinal && how !== 'pair') throw sharedValue(place, map, path, depth);
      return fromAlias(place, map, { path, value, how }, depth);
    }
    if (isLast && how === 'set') throw new CannotInsert(`${path.join('.')} is there already`);
    if (isSeq(map) && how === 'append' && isLast) return addItem(place, map, value);
    if (isSeq(map) && how === 'pair' && isFinal) {
      const name = path.at(-1) ?? '';
      if (map.items.some((item) => isScalar(item) && String(item.value).replace(/=.*/s, '') === name))
        throw new CannotInsert(`${name} is there already`);
      return addItem(place, map, `${name}=${String(plainValue(value))}`);
    }
    if (isScalar(map) && map.value !== null) return fromScalar(place, pair, path.slice(depth + 1), value);
  }
  return replaceEmpty(place, owner, nested([], value, how));
}

/** The value below the keys that are still to be made. */
function nested(keys: readonly string[], value: Written, how: Addition['how']): Written {
  const [key, ...rest] = keys;
  if (key === undefined) return how === 'append' ? [value] : value;
  return { [key]: nested(rest, value, how) };
}

/** What the file should say with the addition. */
function withAddition(root: unknown, { path, value, how }: Addition): unknown {
  const [key, ...rest] = path;
  if (key === undefined)
    return how === 'append' ? [...(Array.isArray(root) ? root : []), plainValue(value)] : plainValue(value);
  if (how === 'pair' && rest.length === 0 && Array.isArray(root))
    return [...root, `${key}=${String(plainValue(value))}`];
  const map = asMap(root);
  return { ...map, [key]: withAddition(map[key], { path: rest, value, how }) };
}

function asMap(value: unknown): Record<string, unknown> {
  if (typeof value === 'string') return { context: value };
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, sorted(one)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
