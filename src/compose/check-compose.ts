import { isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import { nearestName } from '../base/index.ts';
import { parseText } from './parse-text.ts';
import { type KeySpecification, specification, type ValueKind } from './specification.ts';

/** A place of a compose file that the Compose specification does not allow. */
export interface ComposeProblem {
  /** 1-based. */
  readonly line: number;
  /** One sentence: `services.api.port: there is no such key (is ports meant?)`. */
  readonly message: string;
}

/**
 * What of a compose file is no YAML or not as the Compose specification has it, in the order of the file; empty for a valid one.
 * Where Compose itself converts (numbers for text, variables for everything), nothing is said.
 */
export function checkCompose(text: string): readonly ComposeProblem[] {
  const document = parseText(text);
  const [error] = document.errors;
  if (error !== undefined) {
    const message = error.message.replace(/ at line [0-9]+, column [\s\S]*$/, '');
    return [{ line: error.linePos?.[0].line ?? 1, message }];
  }
  const problems: ComposeProblem[] = [];
  if (document.contents === null) return [{ line: 1, message: 'the file is empty' }];
  const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  checkValue(document.contents, [specification()], '', { text, resolve, problems, open: new Set() });
  return problems;
}

/** What a walk of a document beside the specification needs. */
interface Walk {
  readonly text: string;
  readonly resolve: (node: unknown) => unknown;
  readonly problems: ComposeProblem[];
  /** What is being walked now: an alias that leads back into it has no end. */
  readonly open: Set<unknown>;
}

function checkValue(written: unknown, kinds: readonly ValueKind[], place: string, walk: Walk): void {
  const node = walk.resolve(written);
  if (walk.open.has(node) && node !== null) {
    report(written, `${place} contains itself`, walk);
    return;
  }
  walk.open.add(node);
  checkNode(written, kinds, place, walk);
  walk.open.delete(node);
}

function checkNode(written: unknown, kinds: readonly ValueKind[], place: string, walk: Walk): void {
  const node = walk.resolve(written);
  // `!reset` and `!override` have rules of their own; Compose reads a key without value as if it were not there.
  if (isTagged(node) || node === null || node === undefined || (isScalar(node) && node.value === null))
    return;
  const kind = kinds.find((one) => fitsShape(node, one));
  if (kind === undefined) {
    const subject = place === '' ? 'the file' : place;
    report(written, `${subject} must be ${namesOf(kinds)}, not ${shapeOf(node)}`, walk);
  } else if (kind.kind === 'list' && isSeq(node)) {
    for (const [at, item] of node.items.entries()) checkValue(item, kind.of, `${place}[${at}]`, walk);
  } else if (kind.kind === 'map' && isMap(node)) {
    for (const [key, pair] of pairsOf(node, walk)) checkValue(pair.value, kind.of, join(place, key), walk);
  } else if (kind.kind === 'object' && isMap(node)) {
    const found = new Set<string>();
    for (const [key, pair] of pairsOf(node, walk)) {
      found.add(key);
      checkKey(key, pair, { keys: kind.keys, place, walk });
    }
    for (const [key, { isRequired }] of kind.keys)
      if (isRequired && !found.has(key)) report(written, `${place}: ${key} is missing`, walk);
  }
}

function checkKey(
  key: string,
  pair: Pair,
  at: {
    readonly keys: ReadonlyMap<string, KeySpecification>;
    readonly place: string;
    readonly walk: Walk;
  },
): void {
  const specified = at.keys.get(key);
  if (specified !== undefined) checkValue(pair.value, specified.kinds, join(at.place, key), at.walk);
  else if (!key.startsWith('x-')) {
    const near = nearestName(key, [...at.keys.keys()]);
    const hint = near === undefined ? '' : ` (is ${near} meant?)`;
    report(
      pair.key,
      `${join(at.place, key)}: the Compose specification has no such key here${hint}`,
      at.walk,
    );
  }
}

/** The pairs of a map, with those that merge keys bring in. */
function* pairsOf(node: YAMLMap, walk: Walk): IterableIterator<[key: string, pair: Pair]> {
  for (const pair of node.items) {
    const key = keyOf(pair);
    if (key !== '<<') yield [key, pair];
    else {
      for (const merged of mergedMaps(pair.value, walk)) {
        if (walk.open.has(merged)) report(pair.value, 'what is merged here contains itself', walk);
        else {
          walk.open.add(merged);
          yield* pairsOf(merged, walk);
          walk.open.delete(merged);
        }
      }
    }
  }
}

function mergedMaps(value: unknown, walk: Walk): readonly YAMLMap[] {
  const node = walk.resolve(value);
  if (isMap(node)) return [node];
  return isSeq(node) ? node.items.flatMap((item) => mergedMaps(item, walk)) : [];
}

function report(node: unknown, message: string, { text, problems }: Walk): void {
  // Nodes of a parsed document have a range; nothing else comes here.
  const offset = (node as Node | null)?.range?.[0] ?? 0;
  const line = text.slice(0, offset).split('\n').length;
  if (!problems.some((one) => one.line === line && one.message === message)) problems.push({ line, message });
}

function keyOf(pair: Pair): string {
  const key = isScalar(pair.key) ? pair.key.value : pair.key;
  // The library gives a merge key as a symbol.
  return typeof key === 'symbol' ? '<<' : String(key);
}

function isTagged(node: unknown): boolean {
  return (isScalar(node) || isMap(node) || isSeq(node)) && /^!(reset|override)$/.test(node.tag ?? '');
}

function fitsShape(node: unknown, kind: ValueKind): boolean {
  switch (kind.kind) {
    case 'any':
      return true;
    case 'list':
      return isSeq(node);
    case 'map':
    case 'object':
      return isMap(node) && !node.items.some((item) => !isPair(item));
    default:
      return isScalar(node) && fitsScalar(node.value, kind.kind);
  }
}

function fitsScalar(value: unknown, kind: 'text' | 'number' | 'flag' | 'scalar'): boolean {
  if (kind === 'scalar' || (typeof value === 'string' && value.includes('$'))) return true;
  if (kind === 'text') return typeof value === 'string';
  if (kind === 'number') return Number.isFinite(Number(value)) && typeof value !== 'boolean';
  return typeof value === 'boolean' || /^(true|false|yes|no|on|off|y|n|0|1)$/i.test(String(value));
}

const names: Readonly<Record<ValueKind['kind'], string>> = {
  text: 'text',
  number: 'a number',
  flag: 'true or false',
  scalar: 'a single value',
  any: 'anything',
  list: 'a list',
  map: 'a map',
  object: 'a map',
};

function namesOf(kinds: readonly ValueKind[]): string {
  return [...new Set(kinds.map((kind) => names[kind.kind]))].join(' or ');
}

function shapeOf(node: unknown): string {
  if (isMap(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  const value = isScalar(node) ? node.value : node;
  return typeof value === 'number' || typeof value === 'boolean'
    ? `the ${typeof value} ${value}`
    : `${JSON.stringify(value)}`;
}

function join(place: string, key: string): string {
  return place === '' ? key : `${place}.${key}`;
}
