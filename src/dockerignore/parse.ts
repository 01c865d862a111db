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
    const isTooLong = raw.length >= longestLineBytes || Buffer.byteLength(raw) >= longestLineBytes;
    const problem = isTooLong ? 'the line is too long' : pattern && patternProblem(pattern);
    if (problem !== undefined) {
      throw new UserError(`${fileName}:${line}: ${problem}`, {
        hint: 'Docker refuses this line too. A literal *, ?, [ or \\ is written with a backslash before it.',
      });
    }
    return pattern === undefined ? [] : [{ ...pattern, line }];
  });
}

/** Go's `bufio.Scanner`, which reads the file for Docker, gives up on a longer line. */
const longestLineBytes = 65_536;

/** What is wrong with one pattern, in moby's words; undefined when nothing is. */
export function patternProblem(pattern: Pick<IgnorePattern, 'pattern' | 'isException'>): string | undefined {
  if (pattern.pattern === '') return 'illegal exclusion pattern: "!"';
  return compilePattern(pattern.pattern) === undefined
    ? `syntax error in pattern: ${JSON.stringify(pattern.pattern)}`
    : undefined;
}

/** One line as a pattern, in moby's two steps; undefined for one that says nothing. */
export function readPattern(line: string): Pick<IgnorePattern, 'pattern' | 'isException'> | undefined {
  const read = readLine(line);
  return read === undefined ? undefined : newPattern(read);
}

/** `ignorefile.ReadAll` for one line: `! /keep/` is `!keep`. */
function readLine(line: string): string | undefined {
  const trimmed = trimSpace(line);
  if (trimmed === '') return undefined;
  const sign = trimmed.startsWith('!') ? '!' : '';
  const written = trimSpace(trimmed.slice(sign.length));
  if (written === '') return sign;
  const cleaned = cleanPath(written);
  return sign + (cleaned.length > 1 ? cleaned.replace(/^\//, '') : cleaned);
}

/** `patternmatcher.New` for what the first step gave. It looks for the `!` only now, so that `./!x` is an exception too. */
function newPattern(read: string): Pick<IgnorePattern, 'pattern' | 'isException'> | undefined {
  const trimmed = trimSpace(read);
  if (trimmed === '') return undefined;
  const cleaned = cleanPath(trimmed);
  const isException = cleaned.startsWith('!');
  return { pattern: isException ? cleaned.slice(1) : cleaned, isException };
}

/** The shortest path of the same meaning (Go's `path.Clean`). */
export function cleanPath(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

/** Go's `strings.TrimSpace`, for which a byte-order mark is no space. */
function trimSpace(text: string): string {
  return text.replace(/^(?:(?!\uFEFF)[\s\u0085])+|(?:(?!\uFEFF)[\s\u0085])+$/g, '');
}
