import type { LintRule } from './rule.ts';
import { baseRange } from './visit.ts';

/** Base image with the tag latest. */
export const latestBase: LintRule = {
  id: 'latest-base',
  hadolint: 'DL3007',
  severity: 'warning',
  title: 'base image with the tag latest',
  check: ({ model }) =>
    model.stages.flatMap(({ base, baseStage, from }) =>
      baseStage === undefined && /:latest$/.test(base)
        ? [{ range: baseRange(from), message: `${base} moves: name a version` }]
        : [],
    ),
};
