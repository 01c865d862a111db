import { argumentWords } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** A whole root file system is copied. */
export const copyWholeRoot: LintRule = {
  id: 'copy-whole-root',
  hadolint: 'DL3067',
  severity: 'warning',
  title: 'a whole root file system is copied',
  check: ({ model }) =>
    instructionsOf(model, 'copy').flatMap(({ syntax }) => {
      const words = argumentWords(syntax).map(({ text }) => text);
      const isRoot = words.at(-1) === '/' && words.slice(0, -1).includes('/');
      return isRoot && syntax.flags.some(({ name }) => name === 'from')
        ? [
            {
              range: syntax.range,
              message:
                'the whole file system of another stage is copied: its ENV, USER and ENTRYPOINT are lost, and so is every shared layer',
            },
          ]
        : [];
    }),
};
