const failedImport =
  /^except\b\s*(?:\*\s*)?(?:\(?[^:#]*\b(?:ImportError|ModuleNotFoundError|Exception|BaseException)\b|:)/;
const suppressed = /^with\b.*\bsuppress\(.*\b(?:ImportError|ModuleNotFoundError|Exception|BaseException)\b/;
// if TYPE_CHECKING:    if is_tensorboard_available():    elif HAS_IPYTHON:    if "IPython" in sys.modules:
const condition =
  /^(?:el)?if\b(?!\s+not\b).*(?:\bTYPE_CHECKING\b|available|installed|\b_?(?:has|have)_\w|\bin\s+sys\.modules\b|find_spec)/i;
const ownScope = /^(?:async\s+)?def\b/;

/** What becomes of a module when an import in it fails: `guarded`: nothing; `lazy`: nothing before a function is called. */
export type ImportMargin = 'none' | 'lazy' | 'guarded';

/**
 * Tells the margin of the import statement at `start`. It is guarded in a `try` whose handler takes a failed import and raises
 * nothing, in `suppress(ImportError)`, under `if TYPE_CHECKING`, or where somebody has asked whether the module is there. Only what
 * lies in the same function counts. Judged by indentation, so that it errs towards none.
 *
 *     try:
 *         import IPython
 *     except ImportError:
 *         IPython = None
 */
export function importMargin(text: string, start: number): ImportMargin {
  let line = lineAt(text, start);
  const before = text.slice(line.start, start).trim();
  if (/^try\s*:$/.test(before) && takesFailedImport(text, line)) return 'guarded';
  if (condition.test(before)) return 'guarded';
  let { indent } = line;
  while (indent > 0 && line.start > 0) {
    line = lineAt(text, line.start - 1);
    if (line.isBlank || line.indent >= indent) continue;
    const head = text.slice(line.start + line.indent, line.end);
    // The end of a `def` over several lines; its first line is as far to the left.
    const isEnd = /^[)\]}]/.test(head);
    indent = line.indent + (isEnd ? 1 : 0);
    if (isEnd) continue;
    if (condition.test(head) || suppressed.test(head)) return 'guarded';
    if (/^try\s*:/.test(head) && takesFailedImport(text, line)) return 'guarded';
    if (ownScope.test(head)) return 'lazy';
  }
  return 'none';
}

interface Line {
  readonly start: number;
  readonly end: number;
  readonly indent: number;
  /** Nothing, or a comment. */
  readonly isBlank: boolean;
}

function lineAt(text: string, at: number): Line {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const found = text.indexOf('\n', start);
  const end = found === -1 ? text.length : found;
  let first = start;
  while (first < end && (text.charCodeAt(first) === 0x20 || text.charCodeAt(first) === 0x09)) first += 1;
  const isBlank = first === end || text.charAt(first) === '#' || text.charAt(first) === '\r';
  return { start, end, indent: first - start, isBlank };
}

/** Whether a handler of the `try` in this line takes a failed import, and raises nothing in its turn. */
function takesFailedImport(text: string, attempt: Line): boolean {
  let isTaken = false;
  for (let line = attempt; line.end < text.length; ) {
    line = lineAt(text, line.end + 1);
    if (line.isBlank || (line.indent > attempt.indent && !isTaken)) continue;
    const statement = text.slice(line.start + line.indent, line.end);
    if (line.indent > attempt.indent) {
      if (/^raise\b/.test(statement)) return false;
      continue;
    }
    if (isTaken) return true;
    if (line.indent < attempt.indent || !/^(?:except|else|finally)\b/.test(statement)) return false;
    isTaken = failedImport.test(statement);
    if (isTaken && /:\s*raise\b/.test(statement)) return false;
  }
  return isTaken;
}
