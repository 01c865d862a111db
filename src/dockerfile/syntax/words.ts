import { type JoinedText, sourceRange } from './joined-text.ts';
import { readJsonWords } from './json-form.ts';
import { quoted } from './quoted.ts';
import type { DockerfileSyntax, InstructionSyntax, TextRange } from './syntax.ts';
import { isSpace } from './whitespace.ts';

/** A word of an instruction and where it stands in the Dockerfile's text. */
export interface PlacedWord {
  readonly text: string;
  readonly range: TextRange;
}

/** `NAME=value` of an ENV, ARG or LABEL. */
export interface NameValue {
  readonly name: string;
  /** As written, quotes and escapes included (`expandWord` takes them off); undefined for `ARG NAME`. */
  readonly value: string | undefined;
  /** `ENV NAME value`: the old form, in which the rest of the line is the value. */
  readonly isLegacy: boolean;
  /** Of name and value. */
  readonly range: TextRange;
  /** Of the value; empty, behind the name, where none is written. */
  readonly valueRange: TextRange;
}

/** A mistake in the arguments of an instruction, without its place in the file. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

/** An instruction's value together with its place in the text. */
export function joinedValue(instruction: InstructionSyntax): JoinedText {
  return { text: instruction.value, offsets: instruction.sourceOffsets };
}

/**
 * The arguments of an instruction that takes a list (FROM, COPY, ADD, EXPOSE, VOLUME, also CMD, ENTRYPOINT, RUN in JSON form), not expanded.
 * A range covers the word as written; in JSON form that includes its quotes.
 */
export function argumentWords(instruction: InstructionSyntax): readonly PlacedWord[] {
  const joined = joinedValue(instruction);
  const words = instruction.json === undefined ? splitAtSpace(joined.text) : readJsonWords(joined.text);
  return words.map(({ text, start, end }) => ({ text, range: sourceRange(joined, start, end) }));
}

/**
 * The pairs of an ENV, ARG or LABEL (BuildKit's `parseNameVal`, `parseNameOrNameVal`):
 *
 *     ENV A=1 B="two words" C=three\ words
 *     ENV OLD the rest of the line
 *     ARG VERSION=3.12 NAME
 *
 * Throws an `ArgumentError` for a word without `=` (except in ARG) and for a lone name.
 */
export function parseNameValues(
  instruction: InstructionSyntax,
  escapeCharacter: DockerfileSyntax['escape'],
): readonly NameValue[] {
  return readNameValues(joinedValue(instruction), instruction.keyword, escapeCharacter);
}

/** As `parseNameValues`, for the value of an instruction that is still being read. */
export function readNameValues(
  joined: JoinedText,
  keyword: string,
  escapeCharacter: string,
): readonly NameValue[] {
  const words = readWords(joined.text, escapeCharacter);
  const isArg = keyword === 'arg';
  const [first] = words;
  if (first === undefined) return [];
  if (!isArg && !first.text.includes('=')) return [readLegacyPair(joined, keyword)];
  return words.map((word) => {
    const equals = word.text.indexOf('=');
    if (equals === -1 && !isArg) {
      throw new ArgumentError(
        `Syntax error - can't find = in ${quoted(word.text)}. Must be of the form: name=value`,
      );
    }
    const range = sourceRange(joined, word.start, word.end);
    if (equals === -1) {
      const valueRange = { start: range.end, end: range.end };
      return { name: word.text, value: undefined, isLegacy: false, range, valueRange };
    }
    // Up to its first `=`, a word stands in the text as it is read: only a trailing escape is ever dropped.
    const valueRange =
      word.start + equals + 1 < word.end
        ? sourceRange(joined, word.start + equals + 1, word.end)
        : { start: range.end, end: range.end };
    const [name, value] = [word.text.slice(0, equals), word.text.slice(equals + 1)];
    return { name, value, isLegacy: false, range, valueRange };
  });
}

function readLegacyPair(joined: JoinedText, keyword: string): NameValue {
  const match = /^([^\t\v\f\r ]*)[\t\v\f\r ]+/.exec(joined.text);
  if (match === null) throw new ArgumentError(`${keyword.toUpperCase()} must have two arguments`);
  return {
    name: match[1] ?? '',
    value: joined.text.slice(match[0].length),
    isLegacy: true,
    range: sourceRange(joined, 0),
    valueRange: sourceRange(joined, match[0].length),
  };
}

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function splitAtSpace(text: string): readonly Word[] {
  return [...text.matchAll(/[^\t\v\f\r ]+/g)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** Words between white space that is neither quoted nor escaped; quotes and escapes stay (BuildKit's `parseWords`). */
export function readWords(text: string, escapeCharacter: string): readonly Word[] {
  const words: Word[] = [];
  let start = -1;
  let word = '';
  let quote = '';
  const finish = (end: number): void => {
    if (start !== -1 && word !== '') words.push({ text: word, start, end });
    [start, word, quote] = [-1, '', ''];
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote === '' && isSpace(character)) {
      finish(at);
      continue;
    }
    if (start === -1) start = at;
    if (character === escapeCharacter && quote !== "'") {
      // An escape at the very end is dropped.
      if (at + 1 === text.length) continue;
      at += 1;
      word += character + text.charAt(at);
      continue;
    }
    if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
    word += character;
  }
  finish(text.length);
  return words;
}
