import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** CMD or ENTRYPOINT in shell form. */
export const shellFormCommand: LintRule = {
  id: 'shell-form-command',
  hadolint: 'DL3025',
  buildkit: 'JSONArgsRecommended',
  severity: 'warning',
  title: 'CMD or ENTRYPOINT in shell form',
  check: ({ model }) =>
    instructionsOf(model, 'cmd', 'entrypoint').flatMap(({ syntax, before }) => {
      if (syntax.json !== undefined || before.shell.join(' ') !== '/bin/sh -c') return [];
      return [
        {
          range: syntax.range,
          message: `${syntax.keyword.toUpperCase()} in shell form: signals reach the shell, not the program; write a JSON list`,
        },
      ];
    }),
};
