import { readAptInstall } from '../apt-command.ts';
import { instructionsUpTo } from '../stage-chain.ts';
import type { LintRule } from './rule.ts';
import { commandsOf } from './visit.ts';

// A variable in front of the packages may hold it.
const yes = /^(?:-[a-zA-Z]*y[a-zA-Z]*|-qq+|--yes|--assume-yes|--force-yes|--quiet=2|-q=2|.*\$.*)$/;

/** Apt-get install without -y. */
export const aptGetYes: LintRule = {
  id: 'apt-get-yes',
  hadolint: 'DL3014',
  severity: 'warning',
  title: 'apt-get install without -y',
  check: ({ model }) =>
    commandsOf(model).flatMap(({ command, instruction }) => {
      const install = readAptInstall(command);
      if (install === undefined) return [];
      const before = command.words.slice(0, command.words.indexOf('install'));
      if ([...install.options, ...before].some((word) => yes.test(word))) return [];
      // `yes | apt-get install git`, or a line in /etc/apt/apt.conf.d.
      const isAnswered =
        /\byes\b[^|&;]*\|\s*(?:sudo\s+)?apt/.test(instruction.syntax.value) ||
        instructionsUpTo(model, instruction).some(({ syntax }) => /Assume-Yes/i.test(syntax.value));
      if (isAnswered) return [];
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
