import { programOf } from '../programs.ts';
import type { LintRule } from './rule.ts';
import { commandsOf } from './visit.ts';

const quiet =
  /^(?:-[a-zA-Z]*[qoa].*|-nv|--quiet|--no-verbose|--progress.*|--output-file.*|--append-output.*)$/;

/** Wget prints a progress bar. */
export const wgetProgress: LintRule = {
  id: 'wget-progress',
  hadolint: 'DL3047',
  severity: 'info',
  title: 'wget prints a progress bar',
  check: ({ model }) =>
    commandsOf(model).flatMap(({ command }) =>
      programOf(command) !== 'wget' || command.words.slice(1).some((word) => quiet.test(word))
        ? []
        : [
            {
              range: command.range,
              message:
                'wget writes thousands of progress lines into the build log: add -nv or --progress=dot:giga',
            },
          ],
    ),
};
