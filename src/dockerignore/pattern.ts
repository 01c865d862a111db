import { compileGoExpression } from './go-expression.ts';

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
    case 'expression': {
      const compiled = compileGoExpression(`^${expression}$`);
      return compiled && ((path) => compiled.test(path));
    }
  }
}

type Kind = 'exact' | 'prefix' | 'suffix' | 'expression';

/** The regular expression (in Go's syntax) and the kind of comparison that moby chooses. */
function translate(pattern: string): { kind: Kind; expression: string } {
  // Go's scanner skips a byte-order mark at the start.
  const characters = [...pattern.replace(/^\uFEFF/, '')];
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
      expression += `\\${characters[at] ?? ''}`;
      kind = 'expression';
    } else {
      // moby means to escape `|{}` too, but its table of bits has no room for them.
      expression += '.+()$'.includes(character) ? `\\${character}` : character;
      if (character === '[' || character === ']') kind = 'expression';
    }
  }
  return { kind, expression };
}

/**
 * Whether Go's `filepath.Match` finds no fault in a pattern: classes closed, ranges whole, no lone `\` at the end. It looks no further
 * than the first part between stars that does not fit the name `.`, which is what moby asks it about.
 */
function isValidGlob(pattern: string): boolean {
  let name = '.';
  for (let at = 0; at < pattern.length; ) {
    const { hasStar, chunk, end } = readChunk(pattern, at);
    at = end;
    if (hasStar && chunk === '') return true;
    const rests = [matchChunk(chunk, name), ...(hasStar && name !== '' ? [matchChunk(chunk, '')] : [])];
    if (rests.includes('bad')) return false;
    const rest = rests.find((one) => one !== undefined && (one === '' || at < pattern.length));
    if (rest === undefined) return true;
    name = rest;
  }
  return true;
}

/** A run of stars, and what follows up to the next one outside of a class. */
function readChunk(pattern: string, start: number): { hasStar: boolean; chunk: string; end: number } {
  let from = start;
  while (pattern.charAt(from) === '*') from += 1;
  let isInClass = false;
  let at = from;
  for (; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    if (character === '\\') at += 1;
    else if (character === '[') isInClass = true;
    else if (character === ']') isInClass = false;
    else if (character === '*' && !isInClass) break;
  }
  const end = Math.min(at, pattern.length);
  return { hasStar: from > start, chunk: pattern.slice(from, end), end };
}

/** What a chunk without stars leaves of `.` or of nothing; undefined when it does not fit, `bad` when it is malformed. */
function matchChunk(chunk: string, name: string): string | undefined {
  let rest: string | undefined = name;
  for (let at = 0; at < chunk.length; ) {
    const character = chunk.charAt(at);
    let isFit: boolean;
    if (character === '[') {
      const read = readGlobClass(chunk, at + 1);
      if (read === undefined) return 'bad';
      at = read.end;
      isFit = read.holdsDot;
    } else {
      if (character === '\\' && at + 1 === chunk.length) return 'bad';
      const literal = character === '\\' ? chunk.charAt(at + 1) : character;
      at += character === '\\' ? 2 : 1;
      isFit = character === '?' || literal === '.';
    }
    rest = rest === '.' && isFit ? '' : undefined;
  }
  return rest;
}

/** A class whose content starts at `start`; undefined when it is malformed. */
function readGlobClass(pattern: string, start: number): { end: number; holdsDot: boolean } | undefined {
  const isNegated = pattern.charAt(start) === '^';
  const dot = 0x2e;
  let at = isNegated ? start + 1 : start;
  let holdsDot = false;
  for (let ranges = 0; ; ranges += 1) {
    if (pattern.charAt(at) === ']' && ranges > 0) return { end: at + 1, holdsDot: holdsDot !== isNegated };
    const low = readClassCharacter(pattern, at);
    if (low === undefined) return undefined;
    const high = pattern.charAt(low.end) === '-' ? readClassCharacter(pattern, low.end + 1) : low;
    if (high === undefined) return undefined;
    at = high.end;
    holdsDot ||= low.code <= dot && dot <= high.code;
  }
}

function readClassCharacter(pattern: string, start: number): { code: number; end: number } | undefined {
  const first = pattern.charAt(start);
  if (first === '' || first === '-' || first === ']') return undefined;
  const at = first === '\\' ? start + 1 : start;
  const code = pattern.codePointAt(at);
  if (code === undefined) return undefined;
  const end = at + String.fromCodePoint(code).length;
  return end < pattern.length ? { code, end } : undefined;
}
