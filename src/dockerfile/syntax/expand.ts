import { messageOf, UserError } from '../../base/index.ts';
import { quoted } from './quoted.ts';
import { replaceByPattern, trimByPattern } from './shell-pattern.ts';
import { isSpace } from './whitespace.ts';

/** How a word of a Dockerfile is expanded. */
export interface ExpandOptions {
  /** The Dockerfile's escape character; default `\`. */
  readonly escape?: '\\' | '`';
  /**
   * What an unset variable becomes: nothing (`empty`, as in a build; the default), or the reference as written (`keep`), for
   * variables that may come from a base image; `${X:-d}` and `${X:+a}` count it as unset in both cases. `keep-all` keeps these
   * too (BuildKit's `SkipUnsetEnv`).
   */
  readonly unset?: 'empty' | 'keep' | 'keep-all';
  /** Leaves quotes in place (BuildKit's `RawQuotes`). */
  readonly rawQuotes?: boolean;
  /** Leaves escape characters in place (BuildKit's `RawEscapes`). */
  readonly rawEscapes?: boolean;
}

/** An expanded word. */
export interface ExpandedWord {
  readonly text: string;
  /** The text split at unquoted white space, after expansion. */
  readonly words: readonly string[];
  /** Names of the variables that have no value, each once, in order. */
  readonly unset: readonly string[];
}

/**
 * Expands variables and takes off quotes and escapes as BuildKit's shell lexer does (`frontend/dockerfile/shell/lex.go`):
 *
 *     $X ${X} ${X:-d} ${X-d} ${X:+a} ${X+a} ${X:?e} ${X?e} ${X#p} ${X##p} ${X%s} ${X%%s} ${X/a/b} ${X//a/b}
 *
 * Throws a `UserError` for an unfinished quote or substitution, and for `${X:?message}` when X has no value.
 */
export function expandWord(
  word: string,
  env: Readonly<Record<string, string | undefined>>,
  options: ExpandOptions = {},
): ExpandedWord {
  const lexer: Lexer = {
    // Go's scanner skips a byte-order mark at the start.
    source: word.replace(/^\uFEFF/, ''),
    at: 0,
    env,
    escape: options.escape ?? '\\',
    unset: options.unset ?? 'empty',
    rawQuotes: options.rawQuotes ?? false,
    rawEscapes: options.rawEscapes ?? false,
    word: '',
    names: new Set(),
  };
  try {
    const { text, words } = readUntil(lexer, undefined);
    return { text, words, unset: [...lexer.names] };
  } catch (error) {
    throw new UserError(`failed to process ${quoted(word)}: ${messageOf(error)}`, {
      hint: 'Check quotes, braces and modifiers of the variable references.',
      cause: error,
    });
  }
}

interface Lexer {
  readonly source: string;
  at: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly escape: string;
  readonly unset: 'empty' | 'keep' | 'keep-all';
  readonly rawQuotes: boolean;
  rawEscapes: boolean;
  /** What has been read of the word that is being collected; only unquoted white space ends it. */
  word: string;
  readonly names: Set<string>;
}

/** The next character (a whole code point), or '' at the end. */
function peek(lexer: Lexer): string {
  const code = lexer.source.codePointAt(lexer.at);
  return code === undefined ? '' : String.fromCodePoint(code);
}

function next(lexer: Lexer): string {
  const character = peek(lexer);
  lexer.at += character.length;
  return character;
}

function addUnquoted(lexer: Lexer, words: string[], text: string): void {
  for (const character of text) {
    if (!isSpace(character)) lexer.word += character;
    else finishWord(lexer, words);
  }
}

function finishWord(lexer: Lexer, words: string[]): readonly string[] {
  if (lexer.word !== '') words.push(lexer.word);
  lexer.word = '';
  return words;
}

/** Variables that double each other grow without end; no process could be started with such a value. */
const mostCharacters = 1_048_576;

function readUntil(lexer: Lexer, stop: string | undefined): { text: string; words: readonly string[] } {
  const words: string[] = [];
  let text = '';
  // As in BuildKit, whose lexer has one buffer: the words of `a${X:-b}` are `b` alone.
  lexer.word = '';
  while (lexer.at < lexer.source.length) {
    const character = peek(lexer);
    if (character === stop) {
      next(lexer);
      return { text, words: finishWord(lexer, words) };
    }
    if (character === '$') {
      const value = readDollar(lexer);
      text += value;
      if (text.length > mostCharacters) throw new Error(`it grows beyond ${mostCharacters} characters`);
      addUnquoted(lexer, words, value);
      continue;
    }
    const { read, isQuoted } = readPlain(lexer);
    text += read;
    if (isQuoted) lexer.word += read;
    else addUnquoted(lexer, words, read);
  }
  if (stop !== undefined) throw new Error(`unexpected end of statement while looking for matching ${stop}`);
  return { text, words: finishWord(lexer, words) };
}

/** Reads a quoted part, an escaped character, `<<` with the space behind it, or one character. */
function readPlain(lexer: Lexer): { read: string; isQuoted: boolean } {
  const character = peek(lexer);
  if (character === "'") return { read: readSingleQuoted(lexer), isQuoted: true };
  if (character === '"') return { read: readDoubleQuoted(lexer), isQuoted: true };
  if (character === '<') return { read: readPossibleHeredoc(lexer), isQuoted: true };
  next(lexer);
  if (character !== lexer.escape) return { read: character, isQuoted: false };
  return { read: (lexer.rawEscapes ? character : '') + next(lexer), isQuoted: true };
}

function readPossibleHeredoc(lexer: Lexer): string {
  const match = /^<(<[\t\r ]*)?/.exec(lexer.source.slice(lexer.at));
  const read = match?.[0] ?? '';
  lexer.at += read.length;
  return read;
}

function readSingleQuoted(lexer: Lexer): string {
  const end = lexer.source.indexOf("'", lexer.at + 1);
  if (end === -1) {
    lexer.at = lexer.source.length;
    throw new Error('unexpected end of statement while looking for matching single-quote');
  }
  const read = lexer.source.slice(lexer.at, end + 1);
  lexer.at = end + 1;
  return lexer.rawQuotes ? read : read.slice(1, -1);
}

function readDoubleQuoted(lexer: Lexer): string {
  let text = lexer.rawQuotes ? '"' : '';
  next(lexer);
  while (lexer.at < lexer.source.length) {
    if (peek(lexer) === '$') {
      text += readDollar(lexer);
      continue;
    }
    const character = next(lexer);
    if (character === '"') return text + (lexer.rawQuotes ? '"' : '');
    if (character !== lexer.escape) {
      text += character;
      continue;
    }
    if (lexer.rawEscapes) text += character;
    const escaped = peek(lexer);
    if (escaped === '"' || escaped === '$' || escaped === lexer.escape) text += next(lexer);
    else if (escaped !== '') text += character;
  }
  throw new Error('unexpected end of statement while looking for matching double-quote');
}

function readDollar(lexer: Lexer): string {
  next(lexer);
  if (peek(lexer) !== '{') {
    const name = readName(lexer);
    if (name === '') return '$';
    return lookUp(lexer, name) ?? (lexer.unset === 'empty' ? '' : `$${name}`);
  }
  next(lexer);
  const first = peek(lexer);
  if (first === '') throw new Error("syntax error: missing '}'");
  if ('{}:'.includes(first)) throw new Error('syntax error: bad substitution');
  const name = readName(lexer);
  const modifier = next(lexer);
  if (modifier === '}') return lookUp(lexer, name) ?? (lexer.unset === 'empty' ? '' : `\${${name}}`);
  if (modifier === '/') return readReplacement(lexer, name);
  const isEmptyUnset = modifier === ':';
  const operator = isEmptyUnset ? next(lexer) : modifier;
  if (modifier === '') throw new Error("syntax error: missing '}'");
  // Any other character may follow a colon, and is refused when the operand has been read.
  const isRefused = isEmptyUnset ? operator === '#' || operator === '%' : !'+-?#%'.includes(operator);
  if (isRefused) {
    throw new Error(`unsupported modifier (${isEmptyUnset ? ':' : ''}${operator}) in substitution`);
  }
  return readModified(lexer, { name, operator, isEmptyUnset });
}

interface Modified {
  readonly name: string;
  readonly operator: string;
  /** With a colon, an empty value counts as unset. */
  readonly isEmptyUnset: boolean;
}

function readModified(lexer: Lexer, { name, operator, isEmptyUnset }: Modified): string {
  const sign = (isEmptyUnset ? ':' : '') + operator;
  const operand = readOperand(lexer, '}', operator === '#' || operator === '%');
  const value = lookUp(lexer, name);
  const asWritten = `\${${name}${sign}${operand}}`;
  if (value === undefined && lexer.unset === 'keep-all') return asWritten;
  const isUnset = value === undefined || (isEmptyUnset && value === '');
  switch (operator) {
    case '-':
      return isUnset ? operand : value;
    case '+':
      return isUnset ? '' : operand;
    case '?': {
      if (!isUnset) return value;
      if (lexer.unset === 'keep') return asWritten;
      const reason = `is not allowed to be ${value === undefined ? 'unset' : 'empty'}`;
      throw new Error(`${name}: ${operand === '' ? reason : operand}`);
    }
    case '#':
    case '%': {
      if (value === undefined && lexer.unset === 'keep') return asWritten;
      const isLongest = operand.startsWith(operator);
      const side = operator === '#' ? 'prefix' : 'suffix';
      return trimByPattern(value ?? '', isLongest ? operand.slice(1) : operand, { side, isLongest });
    }
    default:
      throw new Error(`unsupported modifier (${sign}) in substitution`);
  }
}

function readReplacement(lexer: Lexer, name: string): string {
  const isEvery = peek(lexer) === '/';
  if (isEvery) next(lexer);
  const pattern = readOperand(lexer, '/', true);
  const replacement = readOperand(lexer, '}', true);
  const value = lookUp(lexer, name);
  if (value === undefined && lexer.unset !== 'empty') {
    // BuildKit itself, when it keeps all, writes one slash here.
    const sign = isEvery && lexer.unset === 'keep' ? '//' : '/';
    return `\${${name}${sign}${pattern}/${replacement}}`;
  }
  return replaceByPattern(value ?? '', pattern, { replacement, isEvery });
}

function readOperand(lexer: Lexer, stop: '}' | '/', rawEscapes: boolean): string {
  const before = lexer.rawEscapes;
  lexer.rawEscapes = rawEscapes;
  try {
    return readUntil(lexer, stop).text;
  } catch (error) {
    if (lexer.at < lexer.source.length) throw error;
    throw new Error(stop === '}' ? "syntax error: missing '}'" : `syntax error: missing '/' in $\{}`);
  } finally {
    lexer.rawEscapes = before;
  }
}

/** A name, a run of digits, or one of the shell's special parameters; '' for anything else. */
function readName(lexer: Lexer): string {
  const match = /^(?:\p{Nd}+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*)/u.exec(lexer.source.slice(lexer.at));
  const name = match?.[0] ?? '';
  lexer.at += name.length;
  return name;
}

function lookUp(lexer: Lexer, name: string): string | undefined {
  const value = Object.hasOwn(lexer.env, name) ? lexer.env[name] : undefined;
  if (value === undefined) lexer.names.add(name);
  return value;
}
