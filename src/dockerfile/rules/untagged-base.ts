import type { LintRule } from './rule.ts';
import { baseRange } from './visit.ts';

/** Base image without a tag. */
export const untaggedBase: LintRule = {
  id: 'untagged-base',
  hadolint: 'DL3006',
  severity: 'warning',
  title: 'base image without a tag',
  check: ({ model, project }) =>
    model.stages.flatMap(({ base, baseStage, from }) =>
      baseStage !== undefined ||
      base === 'scratch' ||
      project?.contextNames.has(base.toLowerCase()) === true ||
      base.includes('$') ||
      base.includes('@') ||
      /:[^/]+$/.test(base)
        ? []
        : [
            {
              range: baseRange(from),
              message: `${base} has no tag: it is whatever is newest on the day of the build`,
            },
          ],
    ),
};
