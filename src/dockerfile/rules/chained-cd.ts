import { programOf } from '../programs.ts';
import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** Cd where WORKDIR would do. */
export const chainedCd: LintRule = {
  id: 'chained-cd',
  hadolint: 'DL3003',
  severity: 'info',
  title: 'cd where WORKDIR would do',
  check: ({ model }) =>
    instructionsOf(model, 'run').flatMap(({ commands = [] }) => {
      const [first] = commands;
      const isCd = first?.isTopLevel === true && programOf(first) === 'cd' && first.words.length === 2;
      if (!isCd) return [];
      const message =
        commands.length === 1
          ? 'the next instruction begins anew: this cd does nothing, WORKDIR does'
          : 'WORKDIR says once where the work is done';
      return [{ range: first.range, message }];
    }),
};
