import type { LintRule } from './rule.ts';
import { labelsOf } from './visit.ts';

/** A label that `label-schema` does not name, where no others may be. */
export const unexpectedLabel: LintRule = {
  id: 'unexpected-label',
  hadolint: 'DL3050',
  severity: 'info',
  title: 'a label that is not expected',
  check: ({ model, syntax, labels }) =>
    labels.isStrict
      ? model.stages
          .flatMap((stage) => labelsOf(stage, syntax))
          .filter(({ name }) => !labels.required.has(name))
          .map(({ name, range }) => ({
            range,
            message: `the label ${name} is not among those of label-schema`,
          }))
      : [],
};
