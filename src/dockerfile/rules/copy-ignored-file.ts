import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** A source of COPY that the ignore file leaves out. */
export const copyIgnoredFile: LintRule = {
  id: 'copy-ignored-file',
  buildkit: 'CopyIgnoredFile',
  severity: 'warning',
  title: 'a file is copied that .dockerignore leaves out',
  check: ({ model, project, syntax }) =>
    (project?.ignoredSources ?? []).flatMap(({ line, written, ignoreFile, ignoreLine, pattern }) =>
      instructionsOf(model)
        .filter((instruction) => instruction.syntax.startLine === line)
        .map((instruction) => {
          const { range } = instruction.syntax;
          const at = syntax.text.slice(range.start, range.end).indexOf(written);
          return {
            range: at === -1 ? range : { start: range.start + at, end: range.start + at + written.length },
            message: `${written} is not sent to the build: ${ignoreFile}:${ignoreLine} leaves it out (${pattern})`,
          };
        }),
    ),
};
