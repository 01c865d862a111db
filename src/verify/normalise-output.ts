/** What differs between two runs of one program, and what stands for it. The order matters. */
const replacements: readonly (readonly [RegExp, string])[] = [
  // ANSI colours
  [/\x1b\[[0-9;]*[A-Za-z]/g, ''],
  // 2025-03-01T12:30:00.123+01:00, 2025-03-01 12:30:00,123
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  // 01/Mar/2025:12:30:00 +0000 (access logs), [12:30:00]
  [/\b\d\d\/\w{3}\/\d{4}[: ]\d\d:\d\d:\d\d(?: [+-]\d{4})?/g, '<time>'],
  [/\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b/g, '<time>'],
  [/\b\d{4}-\d\d-\d\d\b/g, '<date>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>'],
  [/\b0x[0-9a-f]+\b/gi, '<address>'],
  // Hosts are named after container ids.
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{12,64}\b/g, '<id>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}:\d+\b/g, '<peer>'],
  // Places of Python: /usr/local/lib/python3.11/site-packages and /opt/venv/lib/python3.11/site-packages are one.
  [/(?:\/[\w.+-]+)+\/(?:site|dist)-packages\//g, '<site>/'],
  [/(?:\/[\w.+-]+)+\/python3\.\d+\//g, '<python>/'],
  [/\/tmp\/[\w.-]+/g, '<tmp>'],
  [/\.py:\d+/g, '.py:<line>'],
  [/\bline \d+/g, 'line <line>'],
  [/\b(pid|process|thread)([ :=[#-]{1,3})\d+/gi, '$1$2<n>'],
  // 12 ms, 0.31s, 3.5 seconds, 45it/s
  [
    /(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)? ?(?:ns|us|µs|ms|s|sec|secs|seconds?|minutes?|it\/s)\b/gi,
    '<duration>',
  ],
];

/** A line of a program's output without what differs from run to run: times, durations, process ids, addresses, install folders. */
export function normaliseLine(line: string): string {
  let result = line.trimEnd();
  for (const [pattern, sign] of replacements) result = result.replace(pattern, sign);
  return result;
}

/** The lines of `lean` that, normalised, do not occur in `fat`; empty ones left out, each given once, as written. */
export function newLines(fat: string, lean: string): readonly string[] {
  const known = new Set(splitLines(fat).map(normaliseLine));
  const found: string[] = [];
  for (const line of splitLines(lean)) {
    const normal = normaliseLine(line);
    if (normal.trim() === '' || known.has(normal)) continue;
    known.add(normal);
    found.push(line.trim());
  }
  return found;
}

/** Lines, at carriage returns too: progress bars redraw with them. */
export function splitLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}

/** Whether a line tells that something could not be loaded, which a program may log and go on. */
export function tellsFailedLoad(line: string): boolean {
  return /\b(ImportError|ModuleNotFoundError|No module named|cannot open shared object|undefined symbol|cannot import name|failed to load|DLL load failed|Error loading shared library|version `\w+_[\d.]+' not found)/i.test(
    line,
  );
}

/** Whether a line reports an error of any kind. */
export function tellsError(line: string): boolean {
  return (
    tellsFailedLoad(line) ||
    /\b(Traceback|[A-Z]\w*(?:Error|Exception)|ERROR|CRITICAL|FATAL|Fatal|panic|Segmentation fault|Aborted|core dumped)\b/.test(
      line,
    )
  );
}
