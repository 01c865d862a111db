const space = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Whether BuildKit takes a character as white space (Go's `unicode.IsSpace`, which differs from JavaScript's `\s` in U+0085 and U+FEFF). */
export function isSpace(character: string): boolean {
  return space.test(character);
}

/** Position of the first character from `from` on that is no white space, or the text's length. */
export function skipSpace(text: string, from = 0): number {
  let at = from;
  while (at < text.length && isSpace(text.charAt(at))) at += 1;
  return at;
}

/** As `skipSpace`, where BuildKit goes by bytes: no byte of a character beyond ASCII that comes first is white space. */
export function skipAsciiSpace(text: string, from = 0): number {
  let at = from;
  while (at < text.length && /[\t\n\v\f\r ]/.test(text.charAt(at))) at += 1;
  return at;
}

/** Position just behind the last character that is no white space, at least `from`. */
export function endWithoutSpace(text: string, from = 0): number {
  let end = text.length;
  while (end > from && isSpace(text.charAt(end - 1))) end -= 1;
  return end;
}
