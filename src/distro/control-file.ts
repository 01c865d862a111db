/**
 * Reads the paragraphs of a Debian control file (deb-control(5)):
 *
 *     Package: libc6
 *     Status: install ok installed
 *     Description: GNU C Library
 *      Continued lines start with a space.
 *
 * Field names are given in lower case; a continued value keeps its line ends.
 */
export function parseControlFile(text: string): ReadonlyMap<string, string>[] {
  const paragraphs: ReadonlyMap<string, string>[] = [];
  let fields = new Map<string, string>();
  let current = '';
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') {
      if (fields.size > 0) paragraphs.push(fields);
      fields = new Map();
      current = '';
    } else if (/^[ \t]/.test(line)) {
      if (current !== '') fields.set(current, `${fields.get(current) ?? ''}\n${line.trim()}`);
    } else {
      const colon = line.indexOf(':');
      if (colon > 0) {
        current = line.slice(0, colon).toLowerCase();
        fields.set(current, line.slice(colon + 1).trim());
      }
    }
  }
  if (fields.size > 0) paragraphs.push(fields);
  return paragraphs;
}
