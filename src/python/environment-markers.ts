import { satisfies, valid } from '@renovatebot/pep440';
import { normaliseName } from './requirement-line.ts';

// python_version < "3.13" and (sys_platform == "linux" or extra == "standard")
// platform_machine in "x86_64 aarch64"

/** The values that environment markers ask for (PEP 508), without `extra`. */
export interface MarkerEnvironment {
  readonly implementation_name: string;
  readonly implementation_version: string;
  readonly os_name: string;
  readonly platform_machine: string;
  readonly platform_python_implementation: string;
  readonly platform_release: string;
  readonly platform_system: string;
  readonly platform_version: string;
  readonly python_full_version: string;
  readonly python_version: string;
  readonly sys_platform: string;
}

/** A marker that was read, to be asked as often as one likes. */
export type Marker = (environment: MarkerEnvironment, extra: string) => boolean;

/** Stands for the last patch of a minor version: images are tagged by minor version, and builds take the newest. */
const newestPatch = '99';

/** The environment of CPython in a Linux container; what only the running kernel knows (its release) is empty. */
export function linuxEnvironment(
  pythonVersion: string,
  architecture: 'x86_64' | 'aarch64' = 'x86_64',
): MarkerEnvironment {
  const [major = '3', minor = '0', patch] = pythonVersion.split('.');
  const full = `${major}.${minor}.${patch ?? newestPatch}`;
  return {
    implementation_name: 'cpython',
    implementation_version: full,
    os_name: 'posix',
    platform_machine: architecture,
    platform_python_implementation: 'CPython',
    platform_release: '',
    platform_system: 'Linux',
    platform_version: '',
    python_full_version: full,
    python_version: `${major}.${minor}`,
    sys_platform: 'linux',
  };
}

/** Reads an environment marker, or gives undefined for a text that is none (PEP 508; `packaging.markers`). */
export function parseMarker(text: string): Marker | undefined {
  const tokens = tokensOf(text);
  if (tokens === undefined) return undefined;
  const reader = { tokens, at: 0, depth: 0 };
  const marker = readOr(reader);
  return reader.at === tokens.length ? marker : undefined;
}

/**
 * Whether a requirement with this marker applies, as pip decides it (`iter_dependencies`): `extra` is the empty text, or the
 * one extra that is asked about. A marker that cannot be read counts as one that applies: better too much than too little.
 */
export function markerApplies(
  marker: string | undefined,
  environment: MarkerEnvironment,
  extra = '',
): boolean {
  if (marker === undefined) return true;
  let read = known.get(marker);
  if (read === undefined) {
    read = parseMarker(marker) ?? (() => true);
    known.set(marker, read);
  }
  return read(environment, extra);
}

/** The same few markers stand in thousands of lines. */
const known = new Map<string, Marker>();

/** The extras that a marker asks for, normalised. */
export function extrasIn(marker: string | undefined): readonly string[] {
  const tokens = marker === undefined ? undefined : tokensOf(marker);
  return (tokens ?? []).flatMap((token, at, all) => {
    if (token.kind !== 'text') return [];
    const isAsked = [-1, 1].some(
      (side) => all[at + side]?.kind === 'operator' && all[at + 2 * side]?.value === 'extra',
    );
    return isAsked ? [normaliseName(token.value)] : [];
  });
}

interface Token {
  readonly kind: 'text' | 'name' | 'operator' | 'and' | 'or' | 'open' | 'close';
  readonly value: string;
}

const tokenPattern =
  /\s*(?:(\()|(\))|'([^']*)'|"([^"]*)"|(===|~=|==|!=|<=|>=|<|>|not\s+in\b|in\b)|([A-Za-z_][\w.]*))\s*/y;

/** Names that old metadata uses (PEP 345, setuptools). */
const aliases: Readonly<Record<string, keyof MarkerEnvironment>> = {
  'os.name': 'os_name',
  'sys.platform': 'sys_platform',
  'platform.version': 'platform_version',
  'platform.machine': 'platform_machine',
  'platform.python_implementation': 'platform_python_implementation',
  python_implementation: 'platform_python_implementation',
};

function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.length) {
    const match = tokenPattern.exec(text);
    if (match === null) return undefined;
    const [, open, close, single, double, operator, name] = match;
    if (open !== undefined) tokens.push({ kind: 'open', value: open });
    else if (close !== undefined) tokens.push({ kind: 'close', value: close });
    else if (operator !== undefined) tokens.push({ kind: 'operator', value: operator.replace(/\s+/, ' ') });
    else if (name === 'and' || name === 'or') tokens.push({ kind: name, value: name });
    else if (name !== undefined) tokens.push({ kind: 'name', value: aliases[name] ?? name });
    else tokens.push({ kind: 'text', value: single ?? double ?? '' });
  }
  return tokens;
}

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
  /** Open brackets around the place. */
  depth: number;
}

/** Nobody writes as many; metadata of any origin may. */
const deepest = 100;

function readOr(reader: Reader): Marker | undefined {
  return readChain(reader, 'or', () => readChain(reader, 'and', () => readAtom(reader)));
}

function readChain(reader: Reader, word: 'and' | 'or', part: () => Marker | undefined): Marker | undefined {
  let left = part();
  while (left !== undefined && reader.tokens[reader.at]?.kind === word) {
    reader.at += 1;
    const [first, second] = [left, part()];
    if (second === undefined) return undefined;
    left =
      word === 'and'
        ? (environment, extra) => first(environment, extra) && second(environment, extra)
        : (environment, extra) => first(environment, extra) || second(environment, extra);
  }
  return left;
}

function readAtom(reader: Reader): Marker | undefined {
  const [first, operator, second] = reader.tokens.slice(reader.at, reader.at + 3);
  if (first?.kind === 'open') {
    if (reader.depth === deepest) return undefined;
    reader.at += 1;
    reader.depth += 1;
    const inner = readOr(reader);
    reader.depth -= 1;
    if (reader.tokens[reader.at]?.kind !== 'close') return undefined;
    reader.at += 1;
    return inner;
  }
  if (first === undefined || operator?.kind !== 'operator' || second === undefined) return undefined;
  if (!isValue(first) || !isValue(second)) return undefined;
  reader.at += 3;
  return (environment, extra) => {
    const isExtra = [first, second].some((one) => one.kind === 'name' && one.value === 'extra');
    const [left, right] = [first, second].map((one) => {
      const value = meantBy(one, environment, extra);
      return isExtra ? normaliseName(value) : value;
    });
    return compare({
      left: left ?? '',
      operator: operator.value,
      right: right ?? '',
      isVersion: isAboutVersion(first, second),
    });
  };
}

const names: ReadonlySet<string> = new Set([...Object.keys(linuxEnvironment('3')), 'extra']);

function isValue(token: Token): boolean {
  return token.kind === 'text' || (token.kind === 'name' && names.has(token.value));
}

function meantBy(token: Token, environment: MarkerEnvironment, extra: string): string {
  if (token.kind === 'text') return token.value;
  const values: Readonly<Record<string, string | undefined>> = { ...environment, extra };
  return values[token.value] ?? '';
}

function isAboutVersion(...tokens: readonly Token[]): boolean {
  return tokens.some(
    ({ kind, value }) =>
      kind === 'name' &&
      /^(?:python_version|python_full_version|implementation_version|platform_release)$/.test(value),
  );
}

interface Comparison {
  readonly left: string;
  readonly operator: string;
  readonly right: string;
  readonly isVersion: boolean;
}

/** Versions compare as versions where both sides are some (PEP 440), all else as text. */
function compare({ left, operator, right, isVersion }: Comparison): boolean {
  if (operator === 'in') return right.includes(left);
  if (operator === 'not in') return !right.includes(left);
  const isSpecifier = /^[\w.+!-]+(?:\.\*)?$/.test(right) && valid(right.replace(/\.\*$/, '')) !== null;
  if (isVersion && isSpecifier && valid(left) !== null)
    return satisfies(left, `${operator}${right}`, { prereleases: true });
  switch (operator) {
    case '==':
    case '===':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      // `~=` has no meaning for text.
      return false;
  }
}
