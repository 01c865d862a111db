import { readAptInstall } from '../apt-command.ts';
import type { LintRule } from './rule.ts';
import { commandsOf } from './visit.ts';

/** Apt packages without a version. */
export const unpinnedApt: LintRule = {
  id: 'unpinned-apt',
  hadolint: 'DL3008',
  severity: 'info',
  title: 'apt packages without a version',
  check: ({ model }) =>
    commandsOf(model).flatMap(({ command }) => {
      const packages = readAptInstall(command)?.packages ?? [];
      const loose = packages.filter(({ text }) => !/[=/$`]|\.deb$/.test(text));
      const [first] = loose;
      return first === undefined
        ? []
        : [
            {
              range: first.range,
              message: `${first.text}${loose.length === 1 ? ' has' : ` and ${loose.length - 1} more have`} no version; two builds can differ`,
            },
          ];
    }),
};
