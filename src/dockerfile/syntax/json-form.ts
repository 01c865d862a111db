import { skipSpace } from './whitespace.ts';

/** An array of something else than strings, which BuildKit refuses instead of taking it as shell text. */
export const notStrings = 'when using JSON array syntax, arrays must be comprised of strings only';

/**
 * The strings of a JSON form, `["python", "app.py"]`; undefined when the text is no JSON array (BuildKit then takes it as plain text), and
 * `'not-strings'` when it is an array of other things.
 */
export function parseJsonForm(text: string): readonly string[] | 'not-strings' | undefined {
  if (text.charAt(skipSpace(text)) !== '[') return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.slice(skipSpace(text)));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  return parsed.every((item) => typeof item === 'string') ? parsed : 'not-strings';
}

/** The strings of a JSON array of strings with their places in `text`, quotes included. */
export function readJsonWords(text: string): readonly { text: string; start: number; end: number }[] {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"/g)].map((match) => ({
    // The caller has parsed the whole array before; each of its strings is JSON.
    text: JSON.parse(match[0]) as string,
    start: match.index,
    end: match.index + match[0].length,
  }));
}
