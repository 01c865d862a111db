import { keptStages } from '../stage-chain.ts';
import type { LintRule } from './rule.ts';

/** No HEALTHCHECK; off by default, for orchestrators check by themselves. */
export const missingHealthcheck: LintRule = {
  id: 'missing-healthcheck',
  hadolint: 'DL3057',
  severity: 'info',
  isOptIn: true,
  title: 'no HEALTHCHECK',
  check: ({ model }) => {
    const stages = keptStages(model);
    const from = stages.at(-1)?.from;
    const hasOne = stages.some(({ instructions }) =>
      instructions.some(({ syntax }) => syntax.keyword === 'healthcheck'),
    );
    return from === undefined || hasOne
      ? []
      : [{ range: from.range, message: 'nothing tells whether the container works: add a HEALTHCHECK' }];
  },
};
