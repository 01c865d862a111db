import type { LintRule } from './rule.ts';

/** Two stages of one name. */
export const duplicateStage: LintRule = {
  id: 'duplicate-stage',
  hadolint: 'DL3024',
  buildkit: 'DuplicateStageName',
  severity: 'error',
  title: 'two stages of one name',
  check: ({ model }) =>
    model.stages.flatMap(({ name, position, from }) =>
      name !== undefined && model.stages.some((one) => one.name === name && one.position < position)
        ? [{ range: from.range, message: `the stage ${name} is there already` }]
        : [],
    ),
};
