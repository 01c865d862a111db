import { readPipInstall } from '../pip-command.ts';
import { argumentWords } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';

/** The source is copied before the dependencies are installed. */
export const sourceBeforeInstall: LintRule = {
  id: 'source-before-install',
  severity: 'warning',
  title: 'the source is copied before the dependencies are installed',
  check: ({ model }) =>
    model.stages.flatMap(({ instructions }) =>
      instructions.flatMap(({ syntax }, at) => {
        const words = argumentWords(syntax).map(({ text }) => text);
        const isWhole =
          ['copy', 'add'].includes(syntax.keyword) &&
          !syntax.flags.some(({ name }) => name === 'from') &&
          words.slice(0, -1).some((word) => /^\.?\/?$/.test(word));
        if (!isWhole) return [];
        const installs = instructions
          .slice(at + 1)
          .flatMap(({ commands }) => commands ?? [])
          .map(readPipInstall)
          .filter((one) => one !== undefined);
        const first = installs.find(
          ({ localPaths, requirementFiles }) => requirementFiles.length > 0 && localPaths.length === 0,
        );
        return first === undefined
          ? []
          : [
              {
                range: syntax.range,
                message:
                  'every change of the source installs all dependencies again: copy the requirements first, the source after the install',
              },
            ];
      }),
    ),
};
