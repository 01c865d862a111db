import type { IgnorePattern } from './parse.ts';
import { compilePattern, type PathTest } from './pattern.ts';
import type { ContextEntry, WalkedContext } from './walk-context.ts';

/** What one line of an ignore file does in a context. */
export interface IgnoreLineEffect {
  /** 1-based. */
  readonly line: number;
  /** With its `!`. */
  readonly pattern: string;
  /** What it leaves out, or an exception takes back in. */
  readonly effect: 'leaves-out' | 'takes-back' | 'none';
  /** Why it does nothing; only with `none`. */
  readonly because?: IdleReason;
  /** The line that makes this one idle; undefined where none does. */
  readonly otherLine?: number;
  /** Files and links that it decides on, without what lies in directories that are not entered. */
  readonly fileCount: number;
  readonly sizeBytes: number;
  /** Directories that stay out whole: what they hold is not counted. */
  readonly closedDirectories: readonly string[];
  /** The first few of the files. */
  readonly samplePaths: readonly string[];
}

/**
 * Why a line does nothing: no path fits it; all that fits is left out by another line (`covered`) or lies in a directory that one
 * leaves out whole (`closed`); a later line decides otherwise (`undone`); or an exception is for what nothing leaves out (`not-ignored`).
 */
export type IdleReason = 'matches-nothing' | 'covered' | 'closed' | 'undone' | 'not-ignored';

/** What each line of an ignore file does, in the order of the file. */
export function explainLines(
  patterns: readonly IgnorePattern[],
  walked: WalkedContext,
): readonly IgnoreLineEffect[] {
  const decided = new Map<number, Decided>();
  for (const entry of [...walked.ignored, ...walked.sent]) note(decided, entry);
  const seen = new Map<string, number | undefined>();
  for (const { path, rule } of [...walked.ignored, ...walked.sent]) seen.set(path, rule);
  const closed = walked.ignored.filter(({ isClosed }) => isClosed);
  return patterns.map((pattern, position) => {
    const { line, isException } = pattern;
    const found = decided.get(position);
    const common = { line, pattern: `${isException ? '!' : ''}${pattern.pattern}` };
    if (found !== undefined) {
      return { ...common, effect: isException ? 'takes-back' : 'leaves-out', ...found };
    }
    const { because, rule } = idleReason({ pattern, seen, closed, patterns });
    const otherLine = rule === undefined ? undefined : patterns[rule]?.line;
    return {
      ...common,
      effect: 'none',
      because,
      ...(otherLine !== undefined && { otherLine }),
      fileCount: 0,
      sizeBytes: 0,
      closedDirectories: [],
      samplePaths: [],
    };
  });
}

interface Decided {
  fileCount: number;
  sizeBytes: number;
  readonly closedDirectories: string[];
  readonly samplePaths: string[];
}

const mostSamples = 5;

function note(
  decided: Map<number, Decided>,
  entry: ContextEntry & { readonly rule: number | undefined; readonly isClosed?: boolean },
): void {
  if (entry.rule === undefined) return;
  const found = decided.get(entry.rule) ?? {
    fileCount: 0,
    sizeBytes: 0,
    closedDirectories: [],
    samplePaths: [],
  };
  decided.set(entry.rule, found);
  if (entry.isClosed === true) found.closedDirectories.push(entry.path);
  if (entry.kind === 'directory') return;
  found.fileCount += 1;
  found.sizeBytes += entry.sizeBytes;
  if (found.samplePaths.length < mostSamples) found.samplePaths.push(entry.path);
}

interface IdleLine {
  readonly pattern: IgnorePattern;
  /** Every path of the walk with the position of the pattern that decided on it. */
  readonly seen: ReadonlyMap<string, number | undefined>;
  readonly closed: readonly { readonly path: string; readonly rule: number }[];
  readonly patterns: readonly IgnorePattern[];
}

function idleReason({ pattern, seen, closed, patterns }: IdleLine): {
  because: IdleReason;
  rule?: number | undefined;
} {
  const matches: PathTest = compilePattern(pattern.pattern) ?? (() => false);
  for (const [path, rule] of seen) {
    if (!matches(path)) continue;
    if (rule === undefined) return { because: pattern.isException ? 'not-ignored' : 'undone' };
    const isSame = patterns[rule]?.isException === pattern.isException;
    return { because: isSame ? 'covered' : 'undone', rule };
  }
  const plain = /^[^*?[\\]*/.exec(pattern.pattern)?.[0] ?? '';
  const over = closed.find(({ path }) => plain.startsWith(`${path}/`));
  return over === undefined ? { because: 'matches-nothing' } : { because: 'closed', rule: over.rule };
}
