import { rootBase } from '../stage-chain.ts';
import { argumentWords } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';
import { hasWorkdir, instructionsOf } from './visit.ts';

/** Images whose documentation promises a working directory: AWS Lambda's, Airflow's, those of the Jupyter Docker Stacks. */
const promised =
  /^(?:public\.ecr\.aws\/lambda\/|(?:docker\.io\/)?apache\/airflow[:@]|(?:docker\.io\/|quay\.io\/)?jupyter\/[\w-]+-notebook(?:[:@]|$))/;

/** COPY or ADD to a relative path without WORKDIR. */
export const relativeCopy: LintRule = {
  id: 'relative-copy',
  hadolint: 'DL3045',
  severity: 'warning',
  title: 'COPY or ADD to a relative path without WORKDIR',
  check: ({ model }) =>
    instructionsOf(model, 'copy', 'add').flatMap(({ syntax, stage, before }) => {
      const target = argumentWords(syntax).at(-1)?.text ?? '';
      const here = model.stages[stage];
      // The base may be a stage of this file that an argument names: `FROM base-$TARGETARCH`.
      const base = here === undefined ? '' : rootBase(model, here);
      const isUnknown = base.includes('$') || promised.test(base);
      const isSet = isUnknown || before.workdir !== undefined || hasWorkdir(model, stage, syntax.startLine);
      return isSet || /^["']?(?:[/\\$]|[A-Za-z]:)/.test(target)
        ? []
        : [
            {
              range: syntax.range,
              message: `where ${target} lands is up to the base image: set WORKDIR first`,
            },
          ];
    }),
};
