import type { LintRule } from './rule.ts';
import { baseRange } from './visit.ts';

/** Base image with the tag latest. */
export const latestBase: LintRule = {
  id: 'latest-base',
  hadolint: 'DL3007',
  severity: 'warning',
  title: 'base image with the tag latest',
  check: ({ model, project }) =>
    model.stages.flatMap(({ base, baseStage, from }) =>
      baseStage === undefined &&
      /:latest$/.test(base) &&
      project?.contextNames.has(base.toLowerCase()) !== true
        ? [{ range: baseRange(from), message: `${base} moves: name a version` }]
        : [],
    ),
};
