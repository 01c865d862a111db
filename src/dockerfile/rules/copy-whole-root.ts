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
      const from = syntax.flags.find(({ name }) => name === 'from')?.value?.toLowerCase();
      const source = model.stages.find(({ name, position }) => name === from || String(position) === from);
      const words = argumentWords(syntax).map(({ text }) => text);
      const isRoot = words.at(-1) === '/' && words.slice(0, -1).includes('/');
      // An image of a few scripts that is made to be copied so.
      const isToolbox = /(?:^|\/)tonistiigi\/xx(?::|@|$)/.test(source?.base ?? from ?? '');
      return isRoot && from !== undefined && !isToolbox
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
