import { argumentWords } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';

/** A stage with a name that means something else. */
export const reservedStageName: LintRule = {
  id: 'reserved-stage-name',
  buildkit: 'ReservedStageName',
  severity: 'error',
  title: 'a stage named scratch or context',
  check: ({ model }) =>
    model.stages.flatMap(({ name, from }) =>
      name === 'scratch' || name === 'context'
        ? [{ range: argumentWords(from)[2]?.range ?? from.range, message: `the name ${name} is reserved` }]
        : [],
    ),
};
