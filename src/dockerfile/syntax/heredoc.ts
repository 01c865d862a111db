import { expandWord } from './expand.ts';
import type { Heredoc } from './syntax.ts';

/** What `3<<-"EOF"` announces. */
export type HeredocStart = Omit<Heredoc, 'content' | 'range'>;

/**
 * The heredocs that a joined line opens, in order (BuildKit's `heredocsFromLine`). The escape is always `\` here, whatever the directive says.
 * A line that the lexer cannot read (an unfinished quote) opens none. Throws a `UserError` for a bad delimiter.
 */
export function readHeredocStarts(line: string): readonly HeredocStart[] {
  if (!line.includes('<<')) return [];
  return wordsOfLine(line).flatMap((word) => readHeredocStart(word) ?? []);
}

function wordsOfLine(line: string): readonly string[] {
  try {
    return expandWord(line, {}, { rawQuotes: true, rawEscapes: true, unset: 'keep-all' }).words;
  } catch {
    return [];
  }
}

/** Whether a word starts a heredoc; one whose delimiter cannot be read does not (BuildKit's `MustParseHeredoc`). */
export function isHeredocStart(word: string): boolean {
  try {
    return readHeredocStart(word) !== undefined;
  } catch {
    return false;
  }
}

/** One word as the start of a heredoc, or undefined (BuildKit's `ParseHeredoc`). Throws a `UserError` for a bad delimiter. */
function readHeredocStart(word: string): HeredocStart | undefined {
  const match = /^(\d*)<<(-?)[\t\n\f\r ]*([^<]*)$/.exec(word);
  const delimiter = match?.[3] ?? '';
  if (match === null || delimiter === '') return undefined;
  const plain = expandWord(delimiter, {}, { unset: 'keep-all' }).words;
  const raw = expandWord(delimiter, {}, { unset: 'keep-all', rawQuotes: true }).words;
  const [name] = plain;
  if (name === undefined || plain.length !== 1) return undefined;
  return {
    name,
    descriptor: Number(match[1] ?? ''),
    isTabStripped: match[2] === '-',
    // Quotes that go away when the word is read were quotes of the delimiter.
    isExpanded: countQuotes(name) === countQuotes(raw[0] ?? ''),
  };
}

function countQuotes(text: string): number {
  return text.replaceAll(/[^'"]/g, '').length;
}
