import type { LintRule } from './rule.ts';
import { commandsOf } from './visit.ts';

/** Sudo in a RUN. */
export const sudo: LintRule = {
  id: 'sudo',
  hadolint: 'DL3004',
  severity: 'error',
  title: 'sudo in a RUN',
  check: ({ model }) =>
    commandsOf(model).flatMap(({ command }) =>
      command.words[0] === 'sudo'
        ? [
            {
              range: command.range,
              message: 'a build is root where it needs to be: switch with USER instead of sudo',
            },
          ]
        : [],
    ),
};
