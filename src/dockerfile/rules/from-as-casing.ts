import { argumentWords } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';

/** As and FROM in different case. */
export const fromAsCasing: LintRule = {
  id: 'from-as-casing',
  buildkit: 'FromAsCasing',
  severity: 'warning',
  title: 'as and FROM in different case',
  check: ({ model, syntax }) =>
    model.stages.flatMap(({ from }) => {
      const as = argumentWords(from)[1];
      const keyword = syntax.text.slice(from.range.start, from.range.start + 4);
      const isUpper = keyword === keyword.toUpperCase();
      const wanted = isUpper ? 'AS' : 'as';
      return as === undefined || as.text === wanted || (!isUpper && keyword !== keyword.toLowerCase())
        ? []
        : [
            {
              range: as.range,
              message: `${as.text} does not match the case of ${keyword}`,
              edits: [{ range: as.range, newText: wanted }],
            },
          ];
    }),
};
