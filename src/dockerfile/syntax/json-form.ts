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
  if (!Array.isArray(parsed) || hasInfinity(parsed)) return undefined;
  return parsed.every((item) => typeof item === 'string')
    ? parsed.map((item) => item.toWellFormed())
    : 'not-strings';
}

/** A number beyond a double's range makes Go's decoder fail: the text is then no JSON to it. */
function hasInfinity(parsed: readonly unknown[]): boolean {
  for (const pending = [...parsed]; pending.length > 0; ) {
    const item = pending.pop();
    if (typeof item === 'number' && !Number.isFinite(item)) return true;
    if (typeof item === 'object' && item !== null) pending.push(...Object.values(item));
  }
  return false;
}

/** The strings of a JSON array of strings with their places in `text`, quotes included. */
export function readJsonWords(text: string): readonly { text: string; start: number; end: number }[] {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"/g)].map((match) => ({
    // The caller has parsed the whole array before; each of its strings is JSON.
    text: (JSON.parse(match[0]) as string).toWellFormed(),
    start: match.index,
    end: match.index + match[0].length,
  }));
}
