// What the files of a distribution's metadata folder say, whether it is installed or still lies in its wheel.

/** RECORD is CSV: `torch/__init__.py,sha256=…,1234`; a path with a comma is quoted. The paths as they stand there. */
export function recordPaths(record: string): string[] {
  const paths: string[] = [];
  for (let start = 0, end = 0; start < record.length; start = end + 1) {
    end = record.indexOf('\n', start);
    if (end === -1) end = record.length;
    const path = recordPath(record, start, record.charAt(end - 1) === '\r' ? end - 1 : end);
    if (path !== '') paths.push(path);
  }
  return paths;
}

/** The first field of the line from `start` to `end`; no pattern, as an image has 100,000 such lines. */
function recordPath(record: string, start: number, end: number): string {
  if (record.startsWith('"', start)) {
    const quoted = /^"((?:[^"]|"")*)"/.exec(record.slice(start, end));
    if (quoted !== null) return (quoted[1] ?? '').replaceAll('""', '"');
  }
  const comma = record.indexOf(',', start);
  return comma === -1 || comma > end ? record.slice(start, end) : record.slice(start, comma);
}

/** The top-level names that can be imported: those of `top_level.txt`, else of the recorded paths, else the distribution's own name. */
export function modulesOf({
  topLevel,
  recorded,
  name,
}: {
  readonly topLevel: string | undefined;
  readonly recorded: readonly string[] | undefined;
  readonly name: string;
}): string[] {
  const named = (topLevel ?? '').split(/\s+/).filter((word) => word !== '');
  if (named.length > 0) return named;
  const found = new Set<string>();
  for (const path of recorded ?? []) {
    const slash = path.indexOf('/');
    if (slash !== -1 && found.has(path.slice(0, slash))) continue;
    const folder = /^([A-Za-z_]\w*)\/(?:.*\.(?:py|so|pyd))$/.exec(path)?.[1];
    const module = folder ?? /^([A-Za-z_]\w*)(?:\.py|\.(?:cpython|abi3)[^/]*\.so)$/.exec(path)?.[1];
    if (module !== undefined) found.add(module);
  }
  return found.size > 0 ? [...found] : [name.replaceAll(/[-.]/g, '_')];
}

/** entry_points.txt is an INI file: `[console_scripts]` then `uvicorn = uvicorn.main:main`. Group → names. */
export function parseEntryPoints(text: string): Record<string, string[]> {
  const groups: Record<string, string[]> = {};
  let group: string[] | undefined;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\[([^\]]+)\]/.exec(line.trim())?.[1];
    if (header !== undefined) group = groups[header.trim()] ??= [];
    else if (group !== undefined && line.includes('=')) group.push((line.split('=')[0] ?? '').trim());
  }
  return groups;
}
