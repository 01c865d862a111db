import { missingCheckProgram } from '../missing-check-program.ts';
import { keptStages } from '../stage-chain.ts';
import type { LintRule } from './rule.ts';

/** HEALTHCHECK calls a program that the image lacks. */
export const healthcheckProgram: LintRule = {
  id: 'healthcheck-program',
  severity: 'error',
  title: 'HEALTHCHECK calls a program that the image lacks',
  check: ({ model }) => {
    const check = keptStages(model)
      .flatMap(({ instructions }) => instructions)
      .findLast(({ syntax }) => syntax.keyword === 'healthcheck')?.syntax;
    const missing = check && missingCheckProgram(model, check.value);
    return missing === undefined
      ? []
      : [
          {
            range: check?.range ?? { start: 0, end: 0 },
            message: `${missing.base} has no ${missing.program} and nothing installs it, so the check always fails: ask with Python, or install it`,
          },
        ];
  },
};
