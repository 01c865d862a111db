import { argumentWords } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';

/** Stage name in capitals. */
export const stageNameCasing: LintRule = {
  id: 'stage-name-casing',
  buildkit: 'StageNameCasing',
  severity: 'warning',
  title: 'stage name in capitals',
  check: ({ model }) =>
    model.stages.flatMap(({ from }) => {
      const name = argumentWords(from)[2];
      return name === undefined || name.text === name.text.toLowerCase()
        ? []
        : [{ range: name.range, message: `${name.text} should be ${name.text.toLowerCase()}` }];
    }),
};
