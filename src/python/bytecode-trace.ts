// What Python prints with -v or PYTHONVERBOSE, or a list of files, one a line:
//   # /usr/lib/python3.11/__pycache__/abc.cpython-311.pyc matches /usr/lib/python3.11/abc.py
//   # code object from '/opt/venv/lib/python3.11/site-packages/torch/__pycache__/__init__.cpython-311.pyc'
//   /app/main.py
const told = /^# (?:code object from ['"](.+)['"]|(\/.+\.pyc) matches \/.*)$/;
const listed = /^(\/?[^#\s'"].*\.pyc?)$/;
const compiled = /^(.*\/|)__pycache__\/([^/]+?)\.[^./]+(?:\.opt-[^./]+)?\.pyc$/;

/**
 * The source files (absolute paths without the first slash) of the modules that a trace says were loaded: a list of `.py` and `.pyc` files, or
 * what Python told with `-v`. Other lines, such as what the program printed itself, are passed by.
 */
export function tracedSources(text: string): ReadonlySet<string> {
  const sources = new Set<string>();
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    const match = told.exec(trimmed);
    const path = match?.[1] ?? match?.[2] ?? listed.exec(trimmed)?.[1];
    if (path !== undefined) sources.add(sourceOf(path.replace(/^\/+/, '')));
  }
  return sources;
}

/** The source of a compiled module (`a/__pycache__/b.cpython-311.pyc`), as Python finds it (PEP 3147); other paths as they are. */
export function sourceOf(path: string): string {
  const match = compiled.exec(path);
  return match === null ? path : `${match[1] ?? ''}${match[2] ?? ''}.py`;
}
