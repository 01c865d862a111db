import { keptStages } from '../stage-chain.ts';
import type { LintRule } from './rule.ts';

/** The last USER is root. */
export const rootUser: LintRule = {
  id: 'root-user',
  hadolint: 'DL3002',
  severity: 'warning',
  title: 'the last USER is root',
  check: ({ model }) => {
    const users = keptStages(model)
      .flatMap(({ instructions }) => instructions)
      .filter(({ syntax }) => syntax.keyword === 'user');
    const last = users.at(-1)?.syntax;
    return last !== undefined && /^(?:root|0)(?::|$)/.test(last.value.trim())
      ? [{ range: last.range, message: 'the container runs as root: end with a USER of its own' }]
      : [];
  },
};
