import type { LintRule } from './rule.ts';
import { hasWorkdir, instructionsOf } from './visit.ts';

/** Relative WORKDIR without a base. */
export const relativeWorkdir: LintRule = {
  id: 'relative-workdir',
  hadolint: 'DL3000',
  buildkit: 'WorkdirRelativePath',
  severity: 'warning',
  title: 'relative WORKDIR without a base',
  check: ({ model }) =>
    instructionsOf(model, 'workdir').flatMap(({ syntax, stage }) =>
      hasWorkdir(model, stage, syntax.startLine) || /^["']?(?:[/\\$]|[A-Za-z]:)/.test(syntax.value)
        ? []
        : [
            {
              range: syntax.range,
              message: `where ${syntax.value} is depends on the base image: write an absolute path`,
            },
          ],
    ),
};
