import { satisfies, valid, validRange } from '@renovatebot/pep440';

type Term = { readonly text: string; readonly variable: string | undefined };

const tokenPattern =
  /\s*(?:(\()|(\))|(===|==|~=|!=|<=|>=|<|>)|'([^']*)'|"([^"]*)"|([A-Za-z_][A-Za-z0-9_.]*))/y;

const versionVariables = new Set([
  'python_version',
  'python_full_version',
  'implementation_version',
  'platform_release',
]);

interface Token {
  readonly kind: 'open' | 'close' | 'operator' | 'string' | 'word';
  readonly text: string;
}

/**
 * Whether an environment marker holds (PEP 508), or undefined when it is not one that can be judged.
 *
 *     python_version >= "3.9" and (sys_platform == 'linux' or extra == "dev")
 */
export function evaluateMarker(
  marker: string,
  environment: Readonly<Record<string, string>>,
): boolean | undefined {
  const tokens = tokenise(marker);
  if (tokens === undefined) return undefined;
  const reader = { tokens, at: 0, environment };
  const result = readOr(reader);
  return reader.at === tokens.length ? result : undefined;
}

function tokenise(marker: string): Token[] | undefined {
  const tokens: Token[] = [];
  const text = marker.trim();
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.length) {
    const match = tokenPattern.exec(text);
    if (match === null) return undefined;
    const [, open, close, operator, single, double, word] = match;
    const string = single ?? double;
    if (open) tokens.push({ kind: 'open', text: open });
    else if (close) tokens.push({ kind: 'close', text: close });
    else if (operator) tokens.push({ kind: 'operator', text: operator });
    else if (string !== undefined) tokens.push({ kind: 'string', text: string });
    else tokens.push({ kind: 'word', text: word ?? '' });
  }
  return tokens;
}

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
  readonly environment: Readonly<Record<string, string>>;
}

function readOr(reader: Reader): boolean | undefined {
  return readChain(reader, 'or', readAnd);
}

function readAnd(reader: Reader): boolean | undefined {
  return readChain(reader, 'and', readAtom);
}

function readChain(
  reader: Reader,
  word: 'and' | 'or',
  readOne: (reader: Reader) => boolean | undefined,
): boolean | undefined {
  const parts = [readOne(reader)];
  while (isWord(reader, word)) {
    reader.at += 1;
    parts.push(readOne(reader));
  }
  if (parts.includes(undefined)) return undefined;
  return word === 'or' ? parts.includes(true) : !parts.includes(false);
}

function isWord(reader: Reader, text: string): boolean {
  const token = reader.tokens[reader.at];
  return token?.kind === 'word' && token.text === text;
}

function readAtom(reader: Reader): boolean | undefined {
  if (reader.tokens[reader.at]?.kind !== 'open') return readComparison(reader);
  reader.at += 1;
  const inner = readOr(reader);
  if (reader.tokens[reader.at]?.kind !== 'close') return undefined;
  reader.at += 1;
  return inner;
}

function readComparison(reader: Reader): boolean | undefined {
  const left = readTerm(reader);
  const operator = readOperator(reader);
  const right = readTerm(reader);
  if (left === undefined || operator === undefined || right === undefined) return undefined;
  return compare(left, operator, right);
}

function readTerm(reader: Reader): Term | undefined {
  const token = reader.tokens[reader.at];
  reader.at += 1;
  if (token?.kind === 'string') return { text: token.text, variable: undefined };
  if (token?.kind !== 'word') return undefined;
  // The dotted spellings are those of PEP 345, which old metadata still holds.
  const variable = token.text
    .replace('.', '_')
    .replace(/^python_implementation$/, 'platform_python_implementation');
  const value = reader.environment[variable];
  return value === undefined ? undefined : { text: value, variable };
}

function readOperator(reader: Reader): string | undefined {
  const token = reader.tokens[reader.at];
  reader.at += 1;
  if (token?.kind === 'operator') return token.text;
  if (token?.kind === 'word' && token.text === 'in') return 'in';
  if (token?.kind === 'word' && token.text === 'not' && isWord(reader, 'in')) {
    reader.at += 1;
    return 'not in';
  }
  return undefined;
}

function compare(left: Term, operator: string, right: Term): boolean | undefined {
  if (operator === 'in') return right.text.includes(left.text);
  if (operator === 'not in') return !right.text.includes(left.text);
  const variable = left.variable ?? right.variable ?? '';
  // What is no version (a kernel release such as 6.1.0-13-amd64) is compared as text, as packaging does.
  if (versionVariables.has(variable) && valid(left.text) !== null && validRange(`${operator}${right.text}`)) {
    return satisfies(left.text, `${operator}${right.text}`, { prereleases: true });
  }
  return compareTexts(left.text, operator, right.text);
}

function compareTexts(left: string, operator: string, right: string): boolean | undefined {
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
      return undefined;
  }
}
