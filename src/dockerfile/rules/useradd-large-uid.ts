import type { ShellCommand } from '../model.ts';
import { programOf } from '../programs.ts';
import type { LintRule, Violation } from './rule.ts';
import { commandsOf } from './visit.ts';

/** Useradd with a large uid writes a huge log file. */
export const useraddLargeUid: LintRule = {
  id: 'useradd-large-uid',
  hadolint: 'DL3046',
  severity: 'warning',
  title: 'useradd with a large uid writes a huge log file',
  check: ({ model }) =>
    commandsOf(model).flatMap(({ command }) => {
      if (
        programOf(command) !== 'useradd' ||
        command.words.some((word) => /^-[a-zA-Z]*l|^--no-log-init$/.test(word))
      )
        return [];
      const at = command.words.findIndex((word) => word === '-u' || word === '--uid');
      const uid =
        (at === -1 ? undefined : command.words[at + 1]) ??
        command.words.find((word) => word.startsWith('--uid='))?.slice(6) ??
        '';
      return /^\d{6,}$/.test(uid)
        ? [
            {
              range: command.range,
              message: `useradd with uid ${uid} makes a lastlog file that can be gigabytes: add -l`,
              ...insertion(command),
            },
          ]
        : [];
    }),
};

function insertion({ words, wordRanges }: ShellCommand): Pick<Violation, 'edits'> {
  const at = wordRanges[words[0] === 'sudo' ? 1 : 0]?.end;
  return at === undefined ? {} : { edits: [{ range: { start: at, end: at }, newText: ' -l' }] };
}
