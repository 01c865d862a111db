import { UserError } from '../../../base/index.ts';
import type { IgnoredSource } from '../../../dockerfile/index.ts';
import {
  type IgnoreMatcher,
  ignoreMatcher,
  parseDockerignore,
  type WalkVerdict,
} from '../../../dockerignore/index.ts';
import { contextUses } from '../ignore/context-uses.ts';
import type { LintedBuild } from './linted-build.ts';

/**
 * The sources that an ignore file keeps from COPY, ADD and bind mounts (BuildKit's `validateCopySourcePath`): by name, the context is not
 * walked. Wildcards may lose some of what they match, and a directory with exceptions below is not lost.
 */
export function ignoredSources(
  { model, syntax }: LintedBuild,
  file: { readonly path: string; readonly text: string },
): readonly IgnoredSource[] {
  try {
    const patterns = parseDockerignore(file.text, file.path);
    const matcher = ignoreMatcher(patterns);
    const exceptions = patterns.filter(({ isException }) => isException).map(({ pattern }) => pattern);
    return contextUses(model, syntax.escape).flatMap(({ source, written, line }) => {
      if (source === '.' || /[*?[\\]/.test(source)) return [];
      const { isIgnored, rule } = verdictOn(source, matcher);
      const hasException = exceptions.some(
        (pattern) => pattern.startsWith(`${source}/`) || /^\*/.test(pattern),
      );
      const cause = rule === undefined ? undefined : patterns[rule];
      return !isIgnored || hasException || cause === undefined
        ? []
        : [{ line, written, ignoreFile: file.path, ignoreLine: cause.line, pattern: cause.pattern }];
    });
  } catch (error) {
    // An ignore file that is none is the concern of `plimsoll ignore`, and of the build.
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** The verdict on a path, from the top down: what is below something that is left out is left out by the same pattern. */
function verdictOn(path: string, matcher: IgnoreMatcher): WalkVerdict {
  const slash = path.lastIndexOf('/');
  return matcher.walkVerdict(path, slash === -1 ? undefined : verdictOn(path.slice(0, slash), matcher));
}
