import { programOf } from '../programs.ts';
import type { LintRule } from './rule.ts';
import { commandsOf } from './visit.ts';

/** /bin/sh is linked anew. */
export const relinkedShell: LintRule = {
  id: 'relinked-shell',
  hadolint: 'DL4005',
  severity: 'warning',
  title: '/bin/sh is linked anew',
  check: ({ model }) =>
    commandsOf(model).flatMap(({ command }) =>
      programOf(command) === 'ln' && command.words.includes('/bin/sh')
        ? [{ range: command.range, message: 'set the shell with SHELL instead of linking /bin/sh' }]
        : [],
    ),
};
