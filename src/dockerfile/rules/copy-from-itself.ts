import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** COPY --from its own stage. */
export const copyFromItself: LintRule = {
  id: 'copy-from-itself',
  hadolint: 'DL3023',
  severity: 'error',
  title: 'COPY --from its own stage',
  check: ({ model }) =>
    instructionsOf(model, 'copy').flatMap(({ syntax, stage }) => {
      const from = syntax.flags.find(({ name }) => name === 'from');
      const own = model.stages[stage];
      return from?.value !== undefined && own?.name === from.value.toLowerCase()
        ? [{ range: from.range, message: `${from.value} is this stage itself` }]
        : [];
    }),
};
