import type { LintRule } from './rule.ts';
import { baseRange } from './visit.ts';

/** Base image with the tag latest, or one that follows it: `latest-gpu`. */
export const latestBase: LintRule = {
  id: 'latest-base',
  hadolint: 'DL3007',
  severity: 'warning',
  title: 'base image with the tag latest',
  check: ({ model, project }) =>
    model.stages.flatMap(({ base, baseStage, from }) =>
      baseStage === undefined &&
      /:(?:[\w.-]+-)?latest(?:-[\w.-]+)?$/.test(base) &&
      project?.contextNames.has(base.toLowerCase()) !== true
        ? [{ range: baseRange(from), message: `${base} moves: name a version` }]
        : [],
    ),
};
