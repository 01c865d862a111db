/**
 * Compiles a regular expression in Go's syntax (RE2 with Perl's classes), as far as one that is made of an ignore pattern can hold it:
 *
 *     ^(.*\/)?[^\/]*\.py[[:alpha:]\d]$
 *
 * Undefined for what Go refuses.
 */
export function compileGoExpression(expression: string): RegExp | undefined {
  const reader: Reader = { text: expression, at: 0 };
  let source = '';
  while (reader.at < expression.length) {
    const piece = readPiece(reader);
    if (piece === undefined) return undefined;
    source += piece;
  }
  try {
    return new RegExp(source, 'u');
  } catch {
    return undefined;
  }
}

interface Reader {
  readonly text: string;
  at: number;
}

/** Takes what `pattern` (sticky) matches at the reader's place, and moves behind it. */
function take(reader: Reader, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = reader.at;
  const match = pattern.exec(reader.text);
  if (match === null) return undefined;
  reader.at += match[0].length;
  return match;
}

/** In a group of their own, as Go lets them be repeated. */
const anchors: Readonly<Record<string, string>> = {
  '^': '(?:^)',
  '\\A': '(?:^)',
  $: '(?:$)',
  '\\z': '(?:$)',
  '\\b': '(?:\\b)',
  '\\B': '(?:\\B)',
};

function readPiece(reader: Reader): string | undefined {
  const anchor = take(reader, /\^|\$|\\[AzbB]/y)?.[0];
  if (anchor !== undefined) return anchors[anchor];
  const literal = take(reader, /\\Q([\s\S]*?)(?:\\E|$)/y);
  if (literal !== undefined) return [...(literal[1] ?? '')].map(toLiteral).join('');
  const repeat = take(reader, /\{(\d+)(?:,(\d*))?\}/y);
  if (repeat !== undefined) {
    return Number(repeat[1]) > mostRepeats || Number(repeat[2] ?? 0) > mostRepeats ? undefined : repeat[0];
  }
  if (reader.text.charAt(reader.at) === '[') return readClass(reader);
  if (reader.text.charAt(reader.at) === '\\') {
    const escaped = readEscape(reader);
    return typeof escaped === 'number' ? toLiteral(String.fromCodePoint(escaped)) : escaped && `[${escaped}]`;
  }
  const character = take(reader, /[\s\S]/uy)?.[0] ?? '';
  if (character === '.') return '[^\\n]';
  return '()*?|+'.includes(character) ? character : toLiteral(character);
}

const mostRepeats = 1000;

function toLiteral(character: string): string {
  return toCode(character.codePointAt(0) ?? 0);
}

function toCode(codePoint: number): string {
  return `\\u{${codePoint.toString(16)}}`;
}

/** Perl's classes, as the inside of a class in JavaScript. */
const perlClasses: Readonly<Record<string, string>> = {
  d: '\\d',
  D: '\\D',
  s: '\\t\\n\\f\\r ',
  S: '\\0-\\x08\\v\\x0e-\\x1f!-\\u{10ffff}',
  w: '\\w',
  W: '\\W',
};

const controls: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** What stands behind `\`: a code point, the inside of a class, or undefined when Go refuses it. */
function readEscape(reader: Reader): number | string | undefined {
  const property = take(reader, /\\([pP])(?:\{(\^?)(\w+)\}|(\w))/y);
  if (property !== undefined) return readProperty(property);
  const octal = take(reader, /\\(0[0-7]{0,2}|[1-7][0-7]{1,2})/y)?.[1];
  if (octal !== undefined) return Number.parseInt(octal, 8);
  const hex = take(reader, /\\x(?:([\da-fA-F]{2})|\{([\da-fA-F]+)\})/y);
  const code = Number.parseInt(hex?.[1] ?? hex?.[2] ?? '', 16);
  if (hex !== undefined) return code > 0x10ffff ? undefined : code;
  const character = take(reader, /\\([\s\S])/uy)?.[1] ?? '';
  if (Object.hasOwn(controls, character)) return controls[character];
  if (Object.hasOwn(perlClasses, character)) return perlClasses[character];
  // Of all else, only ASCII's punctuation may be escaped.
  return /[^\dA-Za-z_]/.test(character) && character.charCodeAt(0) < 128
    ? character.charCodeAt(0)
    : undefined;
}

function readProperty([, letter, caret, long, short]: RegExpExecArray): string | undefined {
  const name = long ?? short ?? '';
  const isNegated = (letter === 'P') !== (caret === '^');
  if (name === 'Any') return isNegated ? '' : '\\0-\\u{10ffff}';
  for (const written of [`General_Category=${name}`, `Script=${name}`]) {
    try {
      new RegExp(`\\p{${written}}`, 'u');
      return `\\${isNegated ? 'P' : 'p'}{${written}}`;
    } catch {
      // Not this kind of property.
    }
  }
  return undefined;
}

/** Go's named classes, `[[:alpha:]]`, as the inside of a class. */
const namedClasses: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\0-\\x7f',
  blank: '\\t ',
  cntrl: '\\0-\\x1f\\x7f',
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

function readClass(reader: Reader): string | undefined {
  const start = take(reader, /\[\^?/y)?.[0] ?? '';
  let inside = '';
  for (let isFirst = true; isFirst || take(reader, /\]/y) === undefined; isFirst = false) {
    const item = readClassItem(reader);
    if (item === undefined) return undefined;
    inside += item;
  }
  return `${start}${inside}]`;
}

function readClassItem(reader: Reader): string | undefined {
  const named = take(reader, /\[:(\^?)([^:]*):\]/y);
  if (named !== undefined) {
    const name = named[2] ?? '';
    if (!Object.hasOwn(namedClasses, name)) return undefined;
    return named[1] === '' ? namedClasses[name] : complementOf(namedClasses[name] ?? '');
  }
  const low = readClassCharacter(reader);
  if (typeof low !== 'number') return low;
  if (take(reader, /-(?!\])/y) === undefined) return toCode(low);
  const high = readClassCharacter(reader);
  return typeof high !== 'number' || high < low ? undefined : `${toCode(low)}-${toCode(high)}`;
}

function readClassCharacter(reader: Reader): number | string | undefined {
  if (reader.text.charAt(reader.at) === '\\') return readEscape(reader);
  return take(reader, /[\s\S]/uy)?.[0].codePointAt(0);
}

/** The rest of ASCII, and all beyond it. */
function complementOf(inside: string): string {
  const isInside = new RegExp(`[${inside}]`, 'u');
  const others = Array.from({ length: 128 }, (_, code) => code).filter(
    (code) => !isInside.test(String.fromCharCode(code)),
  );
  return `${others.map(toCode).join('')}\\x80-\\u{10ffff}`;
}
