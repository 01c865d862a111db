import { keptStages } from '../stage-chain.ts';
import type { LintRule } from './rule.ts';

/** No USER; off by default, for the base image may set one. */
export const missingUser: LintRule = {
  id: 'missing-user',
  hadolint: 'DL3063',
  severity: 'info',
  isOptIn: true,
  title: 'no USER',
  check: ({ model }) => {
    const stages = keptStages(model);
    const from = stages.at(-1)?.from;
    const hasOne = stages.some(({ instructions }) =>
      instructions.some(({ syntax }) => syntax.keyword === 'user'),
    );
    return from === undefined || hasOne
      ? []
      : [
          {
            range: from.range,
            message: 'the container runs as whoever the base image says, mostly root: end with a USER',
          },
        ];
  },
};
