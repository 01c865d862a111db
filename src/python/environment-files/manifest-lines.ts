/**
 * The line of a key in a table of a TOML text, 1-based; 0 where it is not found: `name` below `[header]`, quoted or not, or in a table
 * of its own (`[header.name]`).
 */
export function lineOfEntry(text: string, header: string, name: string): number {
  const lines = text.split(/\r?\n/);
  const isHeader = (line: string, key: string): boolean =>
    /^\s*\[([^[\]]+)\]/.exec(line)?.[1]?.replace(/[\s"']/g, '') === key;
  const start = lines.findIndex((line) => isHeader(line, header));
  const end = lines.findIndex((line, at) => at > start && /^\s*\[/.test(line));
  const key = new RegExp(`^\\s*["']?${escaped(name)}["']?\\s*=`);
  const found = lines.findIndex(
    (line, at) => start !== -1 && at > start && (end === -1 || at < end) && key.test(line),
  );
  return (found === -1 ? lines.findIndex((line) => isHeader(line, `${header}.${name}`)) : found) + 1;
}

/** The first line that holds a text in quotation marks, 1-based; 0 where none does. */
export function lineOfText(text: string, quoted: string): number {
  const spellings = [`"${quoted}"`, `'${quoted}'`, `"${quoted.replaceAll('"', '\\"')}"`];
  return text.split(/\r?\n/).findIndex((line) => spellings.some((one) => line.includes(one))) + 1;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
