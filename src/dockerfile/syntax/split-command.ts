import { encodeLossless } from '../../base/index.ts';
import { type JoinedText, sliceJoined, sourceRange, trimJoined } from './joined-text.ts';
import type { InstructionFlag } from './syntax.ts';
import { isSpace, skipAsciiSpace } from './whitespace.ts';

/** An instruction's line taken apart. */
export interface SplitCommand {
  /** As written: `Run`. */
  readonly keyword: string;
  readonly flags: readonly InstructionFlag[];
  readonly value: JoinedText;
}

/**
 * Splits a joined line into keyword, flags and the rest (BuildKit's `splitCommand` and `extractBuilderFlags`):
 *
 *     RUN --mount=type=cache,target="/my cache" --network=none pip install .
 */
export function splitCommand(line: JoinedText, escapeCharacter: string): SplitCommand {
  const trimmed = trimJoined(line);
  const keyword = /^[^\t\v\f\r ]*/.exec(trimmed.text)?.[0] ?? '';
  const separator = /^[\t\v\f\r ]+/.exec(trimmed.text.slice(keyword.length))?.[0] ?? '';
  const rest = sliceJoined(trimmed, keyword.length + separator.length);
  const { flags, end } = readFlags(rest, escapeCharacter);
  return { keyword, flags, value: trimJoined(sliceJoined(rest, end)) };
}

function readFlags(rest: JoinedText, escapeCharacter: string): { flags: InstructionFlag[]; end: number } {
  const flags: InstructionFlag[] = [];
  const { text } = rest;
  let at = skipAsciiSpace(text);
  while (text.startsWith('--', at)) {
    const { word, end } = readFlagWord(text, at, escapeCharacter);
    if (word === '--') return { flags, end };
    const equals = word.indexOf('=');
    flags.push({
      name: word.slice(2, equals === -1 ? undefined : equals),
      value: equals === -1 ? undefined : word.slice(equals + 1),
      range: sourceRange(rest, at, end),
    });
    at = skipAsciiSpace(text, end);
  }
  return { flags, end: at };
}

/**
 * Reads up to unquoted white space; quotes and escapes are taken off. BuildKit takes each byte here for a character: `é` becomes `Ã©`, and
 * the last byte of a no-break space ends the word.
 */
function readFlagWord(text: string, start: number, escapeCharacter: string): { word: string; end: number } {
  let word = '';
  let quote = '';
  let at = start;
  for (; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character > '\x7f') {
      const whole = String.fromCodePoint(text.codePointAt(at) ?? 0);
      at += whole.length - 1;
      const bytes = encodeLossless(whole).toString('latin1');
      const space = quote === '' ? bytes.search(/[\x85\xa0]/) : -1;
      word += space === -1 ? bytes : bytes.slice(0, space);
      if (space === -1) continue;
      return { word, end: at + 1 };
    }
    if (quote === '' && isSpace(character)) break;
    if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (character !== escapeCharacter) word += character;
    // A single escape at the very end is dropped.
    else if (at + 1 < text.length) {
      at += 1;
      word += text.charAt(at);
    }
  }
  return { word, end: Math.min(at, text.length) };
}
