import { posix } from 'node:path';
import { UserError } from '../base/index.ts';
import { compilePattern } from './pattern.ts';

/** One pattern of a `.dockerignore`. */
export interface IgnorePattern {
  /** Cleaned as Docker does, without `!`: no leading or trailing slash, no `./`. */
  readonly pattern: string;
  /** `!pattern`: takes back in what an earlier pattern left out. */
  readonly isException: boolean;
  /** 1-based. */
  readonly line: number;
}

/**
 * Reads a `.dockerignore` (moby/patternmatcher `ignorefile.ReadAll`): byte-order mark, comments at the start of a line, white space at
 * both ends, leading slashes, `!`.
 *
 *     # comment
 *     .git
 *     **\/*.py[cod]
 *     !keep.pyc
 *
 * Throws a `UserError` with `fileName` and line for a pattern that Docker refuses.
 */
export function parseDockerignore(text: string, fileName = '.dockerignore'): readonly IgnorePattern[] {
  const withoutMark = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return withoutMark.split('\n').flatMap((raw, position) => {
    const line = position + 1;
    const pattern = raw.startsWith('#') ? undefined : readPattern(raw.replace(/\r$/, ''));
    if (pattern === undefined) return [];
    const problem = patternProblem(pattern);
    if (problem !== undefined) {
      throw new UserError(`${fileName}:${line}: ${problem}`, {
        hint: 'Docker refuses this line too. A literal *, ?, [ or \\ is written with a backslash before it.',
      });
    }
    return [{ ...pattern, line }];
  });
}

/** What is wrong with one pattern, in moby's words; undefined when nothing is. */
export function patternProblem(pattern: Pick<IgnorePattern, 'pattern' | 'isException'>): string | undefined {
  if (pattern.pattern === '') return 'illegal exclusion pattern: "!"';
  return compilePattern(pattern.pattern) === undefined
    ? `syntax error in pattern: ${JSON.stringify(pattern.pattern)}`
    : undefined;
}

/** One line as a pattern; undefined for an empty one. */
export function readPattern(line: string): Pick<IgnorePattern, 'pattern' | 'isException'> | undefined {
  const trimmed = trimSpace(line);
  if (trimmed === '') return undefined;
  const isException = trimmed.startsWith('!');
  const written = isException ? trimSpace(trimmed.slice(1)) : trimmed;
  if (written === '') return { pattern: '', isException };
  const cleaned = cleanPath(written);
  return { pattern: cleaned.length > 1 ? cleaned.replace(/^\//, '') : cleaned, isException };
}

/** The shortest path of the same meaning (Go's `path.Clean`). */
export function cleanPath(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

/** Go's `strings.TrimSpace`. */
function trimSpace(text: string): string {
  return text.replace(/^[\s\u0085]+|[\s\u0085]+$/g, '');
}
