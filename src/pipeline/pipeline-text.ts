/** A value in YAML's block style: as it is where that is unmistakable, else in double quotes. */
export function scalar(text: string): string {
  const isPlain = /^[A-Za-z_./][\w./@:%+-]*$/.test(text) && !/:$/.test(text);
  return isPlain && !/^(?:true|false|yes|no|on|off|null|\.inf|\.nan)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

/** A word of a shell command: as it is where that is unmistakable, else in single quotes. */
export function shellWord(text: string): string {
  return /^[\w./@:%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Every line further to the right, but for empty ones. */
export function indented(lines: readonly string[], spaces: number): readonly string[] {
  const margin = ' '.repeat(spaces);
  return lines.map((line) => (line === '' ? '' : `${margin}${line}`));
}
