import { readAptInstall } from '../apt-command.ts';
import { instructionsUpTo } from '../stage-chain.ts';
import type { LintRule } from './rule.ts';
import { commandsOf } from './visit.ts';

/** Apt-get install with recommended packages. */
export const aptRecommends: LintRule = {
  id: 'apt-recommends',
  hadolint: 'DL3015',
  severity: 'info',
  title: 'apt-get install with recommended packages',
  check: ({ model }) =>
    commandsOf(model).flatMap(({ command, instruction }) => {
      const install = readAptInstall(command);
      if (install === undefined) return [];
      const isOff = command.words.some((word) =>
        /^--no-install-recommends$|^(?:-o)?APT::Install-Recommends=(?:false|0|no)$/i.test(word),
      );
      if (isOff) return [];
      // Written into a file of /etc/apt/apt.conf.d, as a rule.
      const isConfigured = instructionsUpTo(model, instruction).some(({ syntax }) =>
        /Install-Recommends["\s]+"?(?:false|0|no)\b/i.test(syntax.value),
      );
      if (isConfigured) return [];
      return [
        {
          range: command.range,
          message:
            'recommended packages are installed too: add --no-install-recommends, and name what the application needs',
        },
      ];
    }),
};
