/** Tells whether one path (relative, `/` between parts) is matched; parents are not looked at. */
export type PathTest = (path: string) => boolean;

/**
 * Compiles one cleaned pattern as moby/patternmatcher does (`Pattern.compile`): `*` and `?` stop at `/`, `**` does not, `[a-z]`, `\` escapes.
 * Undefined for a pattern that Docker refuses, by Go's `filepath.Match` or by the regular expression made of it.
 */
export function compilePattern(pattern: string): PathTest | undefined {
  if (!isValidGlob(pattern)) return undefined;
  const { kind, expression } = translate(pattern);
  switch (kind) {
    case 'exact':
      return (path) => path === pattern;
    case 'prefix': {
      const prefix = pattern.slice(0, -2);
      return (path) => path.startsWith(prefix);
    }
    case 'suffix': {
      const suffix = pattern.slice(2);
      return (path) => path.endsWith(suffix) || (suffix.startsWith('/') && path === suffix.slice(1));
    }
    case 'expression':
      return compileExpression(expression);
  }
}

type Kind = 'exact' | 'prefix' | 'suffix' | 'expression';

/** The regular expression (in Go's syntax) and the kind of comparison that moby chooses. */
function translate(pattern: string): { kind: Kind; expression: string } {
  const characters = [...pattern];
  let expression = '';
  let kind: Kind = 'exact';
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    const isFirst = at === 0;
    if (character === '*' && characters[at + 1] === '*') {
      at += characters[at + 2] === '/' ? 2 : 1;
      const isLast = at + 1 === characters.length;
      expression += isLast ? '.*' : '(.*/)?';
      kind = isFirst ? 'suffix' : isLast && kind === 'exact' ? 'prefix' : 'expression';
    } else if (character === '*' || character === '?') {
      expression += character === '*' ? '[^/]*' : '[^/]';
      kind = 'expression';
    } else if (character === '\\') {
      at += 1;
      expression += `\\${characters[at] ?? '\\'}`;
      kind = 'expression';
    } else {
      expression += '.+()|{}$'.includes(character) ? `\\${character}` : character;
      if (character === '[' || character === ']') kind = 'expression';
    }
  }
  return { kind, expression };
}

/** Letters that Go's regular expressions give a meaning behind `\`, as JavaScript writes them. */
const letterEscapes: Readonly<Record<string, string>> = {
  a: '\\x07',
  A: '(?<![\\s\\S])',
  b: '\\b',
  B: '\\B',
  d: '\\d',
  D: '\\D',
  f: '\\f',
  n: '\\n',
  r: '\\r',
  s: '[\\t\\n\\f\\r ]',
  S: '[^\\t\\n\\f\\r ]',
  t: '\\t',
  v: '\\v',
  w: '\\w',
  W: '\\W',
  z: '(?![\\s\\S])',
};

/** Go's named classes, `[[:alpha:]]`, as JavaScript writes them inside a class. */
const namedClasses: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

const tokenOutside = /\\[\s\S]|[\s\S]/uy;
const tokenInClass = /\\[\s\S]|\[:(\w+):\]|[\s\S]/uy;

/** Go's syntax into JavaScript's: `.` matches all but a newline, a lone `]` is itself, and only special characters may be escaped. */
function compileExpression(goExpression: string): PathTest | undefined {
  let source = '';
  let isInClass = false;
  for (let at = 0; at < goExpression.length; ) {
    const next = isInClass ? tokenInClass : tokenOutside;
    next.lastIndex = at;
    const [token, className] = next.exec(goExpression) ?? [goExpression.charAt(at)];
    at += token.length;
    const translated = translateToken(token, className, isInClass);
    if (translated === undefined) return undefined;
    source += translated;
    if (token === '[') isInClass = true;
    else if (token === ']') isInClass = false;
  }
  try {
    const compiled = new RegExp(`^${source}$`, 'u');
    return (path) => compiled.test(path);
  } catch {
    return undefined;
  }
}

function translateToken(
  token: string,
  className: string | undefined,
  isInClass: boolean,
): string | undefined {
  if (className !== undefined) {
    return Object.hasOwn(namedClasses, className) ? namedClasses[className] : undefined;
  }
  if (token.startsWith('\\') && token.length > 1) return escapeToken(token.slice(1), isInClass);
  if (isInClass) return token === '[' ? '\\[' : token;
  return token === '.' ? '[^\\n]' : token === ']' ? '\\]' : token;
}

function escapeToken(character: string, isInClass: boolean): string | undefined {
  // Go escapes punctuation of ASCII only.
  if ((character.codePointAt(0) ?? 0) > 127) return undefined;
  if (!/^[A-Za-z0-9]$/.test(character)) {
    return /[\^$\\.*+?()[\]{}|/-]/.test(character) && (character !== '-' || isInClass)
      ? `\\${character}`
      : character;
  }
  const known = Object.hasOwn(letterEscapes, character) ? letterEscapes[character] : undefined;
  return isInClass && known !== undefined && known.length > 4 ? undefined : known;
}

/** Whether Go's `filepath.Match` accepts a pattern: classes closed, ranges whole, no lone `\` at the end. */
function isValidGlob(pattern: string): boolean {
  let at = 0;
  while (at < pattern.length) {
    const character = pattern.charAt(at);
    if (character === '\\') {
      if (at + 1 === pattern.length) return false;
      at += 2;
    } else if (character === '[') {
      const end = classEnd(pattern, at + 1);
      if (end === undefined) return false;
      at = end;
    } else at += 1;
  }
  return true;
}

/** Position behind the `]` of a class whose content starts at `start`; undefined when the class is malformed. */
function classEnd(pattern: string, start: number): number | undefined {
  let at = pattern.charAt(start) === '^' ? start + 1 : start;
  for (let ranges = 0; ; ranges += 1) {
    if (pattern.charAt(at) === ']' && ranges > 0) return at + 1;
    const low = classCharacterEnd(pattern, at);
    if (low === undefined) return undefined;
    at = low;
    if (pattern.charAt(at) !== '-') continue;
    const high = classCharacterEnd(pattern, at + 1);
    if (high === undefined) return undefined;
    at = high;
  }
}

function classCharacterEnd(pattern: string, start: number): number | undefined {
  const first = pattern.charAt(start);
  if (first === '' || first === '-' || first === ']') return undefined;
  const at = first === '\\' ? start + 1 : start;
  const code = pattern.codePointAt(at);
  if (code === undefined) return undefined;
  const end = at + String.fromCodePoint(code).length;
  return end < pattern.length ? end : undefined;
}
