import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** COPY --from names no stage. */
export const unknownCopyStage: LintRule = {
  id: 'unknown-copy-stage',
  hadolint: 'DL3022',
  severity: 'warning',
  title: 'COPY --from names no stage',
  check: ({ model, project }) =>
    instructionsOf(model, 'copy').flatMap(({ syntax, stage }) => {
      const from = syntax.flags.find(({ name }) => name === 'from');
      const value = from?.value ?? '';
      const isKnown =
        value === '' ||
        /[:/@$]/.test(value) ||
        project?.contextNames.has(value.toLowerCase()) === true ||
        model.stages.some(
          ({ name, position }) =>
            position < stage && (name === value.toLowerCase() || String(position) === value),
        );
      return from === undefined || isKnown
        ? []
        : [
            {
              range: from.range,
              message: `${value} is no stage above: it is pulled as an image, unless --build-context names it`,
            },
          ];
    }),
};
