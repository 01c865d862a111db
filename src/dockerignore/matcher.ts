import { UserError } from '../base/index.ts';
import { cleanPath, type IgnorePattern, patternProblem, readPattern } from './parse.ts';
import { compilePattern, type PathTest } from './pattern.ts';

/** Decides which paths of a build context stay out. */
export interface IgnoreMatcher {
  /**
   * Whether a path (relative to the context, `/` between parts) is left out: by a pattern for itself or for one of its parents, unless
   * a later exception takes it or one of its parents back in (moby/patternmatcher `MatchesOrParentMatches`).
   */
  isIgnored(path: string): boolean;
  /** Whether something below a directory can be in the context: false means that a walk need not enter it. */
  mayContainIncluded(directory: string): boolean;
  /**
   * The verdict of a walk from the top, which hands each directory's verdict down (moby/patternmatcher `MatchesUsingParentResults`,
   * by which contexts are sent). It differs from `isIgnored` in one case: an exception for a directory that nothing leaves out itself
   * takes nothing below it back in. `*.md` with a later `!docs` keeps `docs/a.md`; `**\/*.md` with a later `!docs` does not.
   */
  walkVerdict(path: string, parent: WalkVerdict | undefined): WalkVerdict;
}

/** What a walk knows of one path. */
export interface WalkVerdict {
  readonly isIgnored: boolean;
  /** Position of the pattern that decided; undefined where none did. */
  readonly rule: number | undefined;
  /** For each pattern whether it matched the path or one of its parents, as far as that was looked at. */
  readonly matches: readonly boolean[];
}

/**
 * Matches paths as Docker does when it sends a build context. Later patterns win.
 * Throws a `UserError` for a string that is no valid pattern.
 */
export function ignoreMatcher(patterns: readonly (IgnorePattern | string)[]): IgnoreMatcher {
  const rules = patterns.flatMap((pattern) => toRule(pattern) ?? []);
  const canReachBelow = exceptionReach(rules.filter((rule) => rule.isException));
  const directories = new Map<string, readonly boolean[]>();
  const matchesOf = (path: string): readonly boolean[] => {
    const slash = path.lastIndexOf('/');
    const parent = slash === -1 ? undefined : directoryMatches(path.slice(0, slash));
    return rules.map((rule, position) => parent?.[position] === true || rule.matches(path));
  };
  const directoryMatches = (path: string): readonly boolean[] => {
    const matches = directories.get(path) ?? matchesOf(path);
    directories.set(path, matches);
    return matches;
  };
  const isIgnored = (path: string): boolean => {
    const cleaned = cleanPath(path);
    if (cleaned === '.') return false;
    const last = matchesOf(cleaned).lastIndexOf(true);
    return last !== -1 && rules[last]?.isException === false;
  };
  return {
    isIgnored,
    mayContainIncluded(directory) {
      return !isIgnored(directory) || canReachBelow(cleanPath(directory));
    },
    walkVerdict: (path, parent) => walkVerdict(rules, path, parent),
  };
}

interface Rule {
  readonly pattern: string;
  readonly isException: boolean;
  readonly matches: PathTest;
}

function toRule(from: IgnorePattern | string): Rule | undefined {
  const read = typeof from === 'string' ? readPattern(from) : from;
  if (read === undefined) return undefined;
  const matches = compilePattern(read.pattern);
  const problem = patternProblem(read);
  if (matches === undefined || problem !== undefined) {
    throw new UserError(problem ?? `invalid pattern ${JSON.stringify(from)}`, {
      hint: 'A literal *, ?, [ or \\ is written with a backslash before it.',
    });
  }
  return { pattern: read.pattern, isException: read.isException, matches };
}

function walkVerdict(rules: readonly Rule[], path: string, parent: WalkVerdict | undefined): WalkVerdict {
  let isIgnored = false;
  let decided: number | undefined;
  const matches = rules.map((rule, position) => {
    const isUseful = rule.isException === isIgnored;
    const isMatch = parent?.matches[position] === true || (isUseful && rule.matches(path));
    if (isMatch && isUseful) {
      isIgnored = !rule.isException;
      decided = position;
    }
    return isMatch;
  });
  return { isIgnored, rule: decided, matches };
}

/**
 * Tells whether an exception can take back something below a directory. Where all of them are plain but for `/*` or `/**` at the end, BuildKit
 * (tonistiigi/fsutil) compares beginnings, and takes off both endings: an exception for all that lies two levels below `a` does not bring it into `a/b`.
 */
function exceptionReach(exceptions: readonly Rule[]): (directory: string) => boolean {
  const plain = exceptions.map(({ pattern }) => pattern.replace(/\/\*\*$/, '').replace(/\/\*$/, ''));
  if (!plain.some((pattern) => /[*[\]?^\\]/.test(pattern))) {
    return (directory) => plain.some((pattern) => `${pattern}/`.startsWith(`${directory}/`));
  }
  const tests = exceptions.map(({ pattern }) => partTests(pattern));
  return (directory) => {
    const parts = directory.split('/');
    return tests.some((exception) => canMatchBelow(exception, parts));
  };
}

/** The parts of a pattern; undefined from the first one on that can match more than one part of a path. */
function partTests(pattern: string): readonly (PathTest | undefined)[] {
  // A bar parts the whole pattern, and quoting or a repetition may reach beyond a slash: nothing is told of such a pattern.
  if (/[|{]|\\[A-Za-z]/.test(pattern)) return [];
  // A class such as [^a] matches a slash too.
  return pattern.split('/').map((part) => (/\*\*|\[/.test(part) ? undefined : compilePattern(part)));
}

/** Whether an exception's pattern can match the directory, one of its parents, or something below it. */
function canMatchBelow(exception: readonly (PathTest | undefined)[], directory: readonly string[]): boolean {
  for (const [position, matches] of exception.entries()) {
    const name = directory[position];
    if (name === undefined || matches === undefined) return true;
    if (!matches(name)) return false;
  }
  return true;
}
