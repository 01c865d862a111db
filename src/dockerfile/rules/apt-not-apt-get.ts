import { aptAction } from '../apt-command.ts';
import { programOf } from '../programs.ts';
import type { LintRule } from './rule.ts';
import { commandsOf } from './visit.ts';

/** What both programs do alike; `apt upgrade` installs new packages where `apt-get upgrade` does not. */
const alike = /^(?:update|install|remove|purge|clean|autoclean|autoremove|download|source|build-dep)$/;

/** Apt, which is made for people, in a script. */
export const aptNotAptGet: LintRule = {
  id: 'apt-not-apt-get',
  hadolint: 'DL3027',
  severity: 'info',
  title: 'apt in a script',
  check: ({ model }) =>
    commandsOf(model).flatMap(({ command }) => {
      if (programOf(command) !== 'apt') return [];
      const range = command.wordRanges[command.words[0] === 'sudo' ? 1 : 0];
      const isSure =
        range !== undefined && command.words.includes('apt') && alike.test(aptAction(command) ?? '');
      return [
        {
          range: command.range,
          message: 'apt is made for people and may change its options: use apt-get in scripts',
          ...(isSure ? { edits: [{ range, newText: 'apt-get' }] } : {}),
        },
      ];
    }),
};
