import { UserError } from '../base/index.ts';
import { cleanPath, type IgnorePattern, patternProblem, readPattern } from './parse.ts';
import { compilePattern, type PathTest } from './pattern.ts';

/** Decides which paths of a build context stay out. */
export interface IgnoreMatcher {
  /** Whether a path (relative to the context, `/` between parts) is left out: by a pattern for itself or for one of its parents, unless a later exception takes it back in. */
  isIgnored(path: string): boolean;
  /** Whether something below a directory can be in the context: false means that a walk need not enter it. */
  mayContainIncluded(directory: string): boolean;
}

/**
 * Matches paths as Docker does when it sends a build context (moby/patternmatcher `MatchesOrParentMatches`). Later patterns win.
 * Throws a `UserError` for a string that is no valid pattern.
 */
export function ignoreMatcher(patterns: readonly (IgnorePattern | string)[]): IgnoreMatcher {
  const rules = patterns.flatMap((pattern) => toRule(pattern) ?? []);
  const exceptions = rules.filter((rule) => rule.isException).map((rule) => rule.pattern.split('/'));
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
      const parts = cleanPath(directory).split('/');
      return !isIgnored(directory) || exceptions.some((exception) => canReachBelow(exception, parts));
    },
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

/** Whether an exception's pattern can match the directory, one of its parents, or something below it. */
function canReachBelow(exception: readonly string[], directory: readonly string[]): boolean {
  for (const [position, part] of exception.entries()) {
    const name = directory[position];
    if (name === undefined || part.includes('**')) return true;
    if (compilePattern(part)?.(name) === false) return false;
  }
  return true;
}
