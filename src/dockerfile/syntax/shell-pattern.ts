/**
 * Removes what `pattern` matches at one end of `value`, as `${name#pattern}` and `${name%pattern}` do.
 * In a pattern `?` is any character, `*` the shortest or (`isLongest`) the longest run. Throws an `Error` for a bad escape.
 */
export function trimByPattern(
  value: string,
  pattern: string,
  options: { readonly side: 'prefix' | 'suffix'; readonly isLongest: boolean },
): string {
  if (options.side === 'prefix') return trimPrefix(value, pattern, options.isLongest);
  // A regular expression cannot look for the shortest match at the right end: both are turned round.
  const turned = trimPrefix(reverse(value), reversePattern(pattern), options.isLongest);
  return reverse(turned);
}

/**
 * Replaces the first or every longest match of `pattern`, as `${name/pattern/text}` and `${name//pattern/text}` do. For every match the
 * replacement is a template, as BuildKit uses Go's `ReplaceAllString`: `$0` is the match, `$$` a dollar, any other `$name` nothing.
 */
export function replaceByPattern(
  value: string,
  pattern: string,
  options: { readonly replacement: string; readonly isEvery: boolean },
): string {
  const { replacement, isEvery } = options;
  const expression = toExpression(pattern, { isLongest: true, flags: isEvery ? 'gu' : 'u' });
  if (!isEvery) return value.replace(expression, () => replacement);
  let lastEnd = 0;
  return value.replace(expression, (match, offset: number) => {
    const end = offset + match.length;
    // Nothing directly behind a match is no further match.
    const isReplaced = end > lastEnd || offset === 0;
    lastEnd = end;
    return isReplaced ? fillTemplate(replacement, match) : match;
  });
}

function fillTemplate(template: string, match: string): string {
  const reference = /\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu;
  return template.replace(reference, (_, dollar?: string, braced?: string, plain?: string) => {
    if (dollar !== undefined) return '$';
    return (braced ?? plain) === '0' ? match : '';
  });
}

function trimPrefix(value: string, pattern: string, isLongest: boolean): string {
  const match = toExpression(pattern, { isLongest, flags: 'uy' }).exec(value);
  return match === null ? value : value.slice(match[0].length);
}

function toExpression(
  pattern: string,
  options: { readonly isLongest: boolean; readonly flags: string },
): RegExp {
  let source = '';
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    const next = characters[at + 1];
    if (character === '*') source += options.isLongest ? '[^\\n]*' : '[^\\n]*?';
    else if (character === '?') source += '[^\\n]';
    else if (character !== '\\') source += quote(character);
    // `}` and `/` are escaped for the sake of `${…}`; the escape is no part of the pattern.
    else if (next !== '}' && next !== '/') {
      if (next === undefined || !'*?\\'.includes(next)) {
        throw new Error(`invalid pattern (${pattern}) in substitution: invalid escape '\\${next ?? ''}'`);
      }
      source += quote(next);
      at += 1;
    }
  }
  return new RegExp(source, options.flags);
}

function quote(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

function reverse(text: string): string {
  return [...text].reverse().join('');
}

/** `a\*c` turned round is `c\*a`: an escape stays before its character. */
function reversePattern(pattern: string): string {
  const tokens = pattern.match(/\\[\s\S]|[\s\S]/gu) ?? [];
  return tokens.reverse().join('');
}
