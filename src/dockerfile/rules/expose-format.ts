import { argumentWords } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** EXPOSE with an address or a port of the host. */
export const exposeFormat: LintRule = {
  id: 'expose-format',
  buildkit: 'ExposeInvalidFormat',
  severity: 'warning',
  title: 'EXPOSE with an address or a port of the host',
  check: ({ model }) =>
    instructionsOf(model, 'expose').flatMap(({ syntax }) =>
      argumentWords(syntax)
        // A colon within braces is of a default value: `${PORT:-80}`.
        .filter(({ text }) => text.replaceAll(/\$\{[^}]*\}/g, '').includes(':'))
        .map(({ text, range }) => ({
          range,
          message: `EXPOSE names ports of the container alone, not ${text}: docker run -p maps them`,
          edits: [{ range, newText: text.slice(text.lastIndexOf(':') + 1) }],
        })),
    ),
};
