import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** A pipe whose failure is not noticed. */
export const pipefail: LintRule = {
  id: 'pipefail',
  hadolint: 'DL4006',
  severity: 'warning',
  title: 'a pipe hides a failure',
  check: ({ model, syntax }) =>
    instructionsOf(model, 'run').flatMap(({ commands, before }) => {
      const isSet =
        before.shell.some((word) => word.includes('pipefail')) ||
        (commands ?? []).some(({ words }) => words[0] === 'set' && words.includes('pipefail'));
      // `a |& b` and `a | b`, but not `a || b`.
      const at = (commands ?? []).findIndex((command, position, all) => {
        const next = all[position + 1];
        return (
          next !== undefined &&
          /^\s*(?:\\\s*)?\|(?!\|)/.test(syntax.text.slice(command.range.end, next.range.start))
        );
      });
      const [first, second] = [commands?.[at], commands?.[at + 1]];
      return isSet || first === undefined || second === undefined
        ? []
        : [
            {
              range: { start: first.range.start, end: second.range.end },
              message:
                'when the first command of the pipe fails, the RUN goes on: SHELL ["/bin/bash", "-o", "pipefail", "-c"]',
            },
          ];
    }),
};
