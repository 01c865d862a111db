import type { LintRule } from './rule.ts';
import { commandsOf, programOf } from './visit.ts';

/** Apt, which is made for people, in a script. */
export const aptNotAptGet: LintRule = {
  id: 'apt-not-apt-get',
  hadolint: 'DL3027',
  severity: 'info',
  title: 'apt in a script',
  check: ({ model }) =>
    commandsOf(model).flatMap(({ command }) =>
      programOf(command) === 'apt'
        ? [
            {
              range: command.range,
              message: 'apt is made for people and may change its options: use apt-get in scripts',
            },
          ]
        : [],
    ),
};
