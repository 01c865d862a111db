import type { LintRule } from './rule.ts';
import { instructionsOf, programOf } from './visit.ts';

/** Cd where WORKDIR would do. */
export const chainedCd: LintRule = {
  id: 'chained-cd',
  hadolint: 'DL3003',
  severity: 'info',
  title: 'cd where WORKDIR would do',
  check: ({ model }) =>
    instructionsOf(model, 'run').flatMap(({ commands }) => {
      const [first] = commands ?? [];
      return first !== undefined &&
        commands?.length !== 1 &&
        first.isTopLevel &&
        programOf(first) === 'cd' &&
        first.words.length === 2
        ? [{ range: first.range, message: 'WORKDIR says once where the work is done' }]
        : [];
    }),
};
