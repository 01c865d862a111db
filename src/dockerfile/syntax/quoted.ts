const named: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
};

/** A text in double quotes as Go's `%q` prints it, for messages: `"a\x00b"`. */
export function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]|\p{C}|(?! )\p{Z}/gu, quoteCharacter)}"`;
}

function quoteCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const numbered =
    code < 0x80
      ? `\\x${hex.padStart(2, '0')}`
      : code < 0x10000
        ? `\\u${hex.padStart(4, '0')}`
        : `\\U${hex.padStart(8, '0')}`;
  return named[character] ?? numbered;
}
