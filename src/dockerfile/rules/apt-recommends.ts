import { readAptInstall } from '../apt-command.ts';
import type { LintRule } from './rule.ts';
import { commandsOf, programOf } from './visit.ts';

/** Apt-get install with recommended packages. */
export const aptRecommends: LintRule = {
  id: 'apt-recommends',
  hadolint: 'DL3015',
  severity: 'info',
  title: 'apt-get install with recommended packages',
  check: ({ model }) =>
    commandsOf(model).flatMap(({ command }) => {
      const install = readAptInstall(command);
      const isOff = command.words.some((word) =>
        /^--no-install-recommends$|^(?:-o)?APT::Install-Recommends=(?:false|0|no)$/i.test(word),
      );
      if (install === undefined || programOf(command) !== 'apt-get' || isOff) return [];
      return [
        {
          range: command.range,
          message:
            'recommended packages are installed too: add --no-install-recommends, and name what the application needs',
        },
      ];
    }),
};
