import { argumentWords } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** Several sources and no directory to put them in. */
export const copyMany: LintRule = {
  id: 'copy-many',
  hadolint: 'DL3021',
  severity: 'error',
  title: 'COPY of several files to what is no directory',
  check: ({ model }) =>
    instructionsOf(model, 'copy', 'add').flatMap(({ syntax }) => {
      const words = argumentWords(syntax);
      const last = words.at(-1);
      const isDirectory = last === undefined || /[/\\]["']?$|(?:^|\/)\.{1,2}$|\$/.test(last.text);
      return words.length > 2 && !isDirectory
        ? [
            {
              range: last.range,
              message: `with several sources the target has to end with a slash: ${last.text}/`,
            },
          ]
        : [];
    }),
};
