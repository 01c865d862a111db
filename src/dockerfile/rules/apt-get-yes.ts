import { readAptInstall } from '../apt-command.ts';
import type { LintRule } from './rule.ts';
import { commandsOf } from './visit.ts';

const yes = /^(?:-[a-zA-Z]*y[a-zA-Z]*|-qq+|--yes|--assume-yes|--quiet=2|-q=2)$/;

/** Apt-get install without -y. */
export const aptGetYes: LintRule = {
  id: 'apt-get-yes',
  hadolint: 'DL3014',
  severity: 'warning',
  title: 'apt-get install without -y',
  check: ({ model }) =>
    commandsOf(model).flatMap(({ command }) => {
      const install = readAptInstall(command);
      if (install === undefined || install.options.some((option) => yes.test(option))) return [];
      const at = { start: install.optionsAt, end: install.optionsAt };
      return [
        {
          range: command.range,
          message: 'apt-get install asks a question that nobody answers: add -y',
          edits: [{ range: at, newText: ' -y' }],
        },
      ];
    }),
};
