import { normaliseName } from './distribution-name.ts';

/** What a marker may ask about (PEP 508; PEP 751 for `extras` and `dependency_groups`). */
const variables = [
  'implementation_name',
  'implementation_version',
  'os_name',
  'platform_machine',
  'platform_python_implementation',
  'platform_release',
  'platform_system',
  'platform_version',
  'python_full_version',
  'python_version',
  'sys_platform',
  'extra',
  'extras',
  'dependency_groups',
] as const;

/** A name that a marker asks about. */
export type MarkerVariable = (typeof variables)[number];

/** One side of a comparison. */
export type MarkerTerm =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'variable'; readonly name: MarkerVariable };

/** `python_version >= "3.9"`, `"dev" in dependency_groups`. */
export interface MarkerComparison {
  readonly kind: 'comparison';
  readonly left: MarkerTerm;
  /** `==`, `~=`, `in`, `not in`, …. */
  readonly operator: string;
  readonly right: MarkerTerm;
}

/** A marker that was read: comparisons, joined. */
export type MarkerExpression =
  | MarkerComparison
  | { readonly kind: 'and' | 'or'; readonly parts: readonly MarkerExpression[] };

/** Spellings of old metadata (PEP 345, setuptools). */
const aliases: Readonly<Record<string, MarkerVariable>> = {
  'os.name': 'os_name',
  'sys.platform': 'sys_platform',
  'platform.version': 'platform_version',
  'platform.machine': 'platform_machine',
  'platform.python_implementation': 'platform_python_implementation',
  python_implementation: 'platform_python_implementation',
};

const names: ReadonlyMap<string, MarkerVariable> = new Map([
  ...variables.map((name) => [name, name] as const),
  ...Object.entries(aliases),
]);

/**
 * Reads an environment marker, or gives undefined for a text that is none (PEP 508, as pip's own parser judges it).
 *
 *     python_version >= "3.8" and (os_name == "posix" or extra not in 'a b')
 */
export function parseMarker(text: string): MarkerExpression | undefined {
  const tokens = tokensOf(text);
  if (tokens === undefined) return undefined;
  const reader = { tokens, at: 0, depth: 0 };
  const marker = readAlternatives(reader);
  return reader.at === tokens.length ? marker : undefined;
}

/** The extras that a marker asks for, normalised. */
export function extrasIn(marker: string | undefined): readonly string[] {
  const expression = marker === undefined ? undefined : parseMarker(marker);
  return comparisonsIn(expression).flatMap(({ left, right }) => {
    const [one, other] = left.kind === 'variable' ? [left, right] : [right, left];
    const isAsked = one.kind === 'variable' && one.name === 'extra' && other.kind === 'text';
    return isAsked ? [normaliseName(other.value)] : [];
  });
}

/** All comparisons of a marker, in the order of its text; none of one that could not be read. */
export function comparisonsIn(expression: MarkerExpression | undefined): readonly MarkerComparison[] {
  if (expression === undefined) return [];
  return expression.kind === 'comparison' ? [expression] : expression.parts.flatMap(comparisonsIn);
}

/** The marker's text, with brackets where they are needed. */
export function printMarker(expression: MarkerExpression): string {
  if (expression.kind === 'comparison') {
    const { left, operator, right } = expression;
    return `${printTerm(left)} ${operator} ${printTerm(right)}`;
  }
  return expression.parts
    .map((part) =>
      part.kind === 'or' && expression.kind === 'and' ? `(${printMarker(part)})` : printMarker(part),
    )
    .join(` ${expression.kind} `);
}

/** The marker of what is wanted where one of several holds; each counts once. */
export function joinMarkers(markers: readonly string[]): string {
  const all = [...new Set(markers)];
  return all.map((one) => (all.length === 1 ? one : `(${one})`)).join(' or ');
}

/** The marker of what both conditions hold for; undefined for no condition. */
export function bothMarkers(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || one === other) return other ?? one;
  if (other === undefined) return one;
  // Deep graphs repeat the same condition.
  return one.includes(other) ? one : `(${one}) and (${other})`;
}

function printTerm(term: MarkerTerm): string {
  if (term.kind === 'variable') return term.name;
  return term.value.includes('"') ? `'${term.value}'` : `"${term.value}"`;
}

type Token =
  | { readonly kind: 'term'; readonly term: MarkerTerm }
  | { readonly kind: 'open' | 'close' | 'operator' | 'word'; readonly text: string };

const tokenPattern =
  /\s*(?:(?<open>\()|(?<close>\))|'(?<single>[^']*)'|"(?<double>[^"]*)"|(?<operator>===|==|~=|!=|<=|>=|<|>|not\s+in\b|in\b)|(?<word>and\b|or\b)|(?<name>[A-Za-z][\w.]*))\s*/y;

function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.length) {
    const token = tokenOf(tokenPattern.exec(text)?.groups);
    if (token === undefined) return undefined;
    tokens.push(token);
  }
  return tokens;
}

function tokenOf(groups: Readonly<Record<string, string | undefined>> | undefined): Token | undefined {
  if (groups === undefined) return undefined;
  const { open, close, single, double, operator, word, name } = groups;
  if (open !== undefined) return { kind: 'open', text: open };
  if (close !== undefined) return { kind: 'close', text: close };
  if (operator !== undefined) return { kind: 'operator', text: operator.replace(/\s+/, ' ') };
  if (word !== undefined) return { kind: 'word', text: word };
  const quoted = single ?? double;
  if (quoted !== undefined) return { kind: 'term', term: { kind: 'text', value: quoted } };
  const variable = names.get(name ?? '');
  return variable && { kind: 'term', term: { kind: 'variable', name: variable } };
}

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
  /** Open brackets around the place. */
  depth: number;
}

/** Nobody writes as many; metadata of any origin may. */
const deepest = 100;

function readAlternatives(reader: Reader): MarkerExpression | undefined {
  return readChain(reader, 'or', () => readChain(reader, 'and', () => readPart(reader)));
}

function readChain(
  reader: Reader,
  kind: 'and' | 'or',
  readOne: () => MarkerExpression | undefined,
): MarkerExpression | undefined {
  const parts: MarkerExpression[] = [];
  for (;;) {
    const part = readOne();
    if (part === undefined) return undefined;
    parts.push(part);
    const next = reader.tokens[reader.at];
    if (next?.kind !== 'word' || next.text !== kind) return parts.length === 1 ? part : { kind, parts };
    reader.at += 1;
  }
}

function readPart(reader: Reader): MarkerExpression | undefined {
  const [first, second, third] = reader.tokens.slice(reader.at, reader.at + 3);
  if (first?.kind === 'open') {
    if (reader.depth === deepest) return undefined;
    reader.at += 1;
    reader.depth += 1;
    const inner = readAlternatives(reader);
    reader.depth -= 1;
    if (reader.tokens[reader.at]?.kind !== 'close') return undefined;
    reader.at += 1;
    return inner;
  }
  if (first?.kind !== 'term' || second?.kind !== 'operator' || third?.kind !== 'term') return undefined;
  reader.at += 3;
  return { kind: 'comparison', left: first.term, operator: second.text, right: third.term };
}
