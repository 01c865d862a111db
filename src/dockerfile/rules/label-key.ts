import type { LintRule } from './rule.ts';
import { labelsOf } from './visit.ts';

/** Those of Docker, which nobody else may set (Docker documentation, `object-labels`). */
const reserved = /^(?:com\.docker|io\.docker|org\.dockerproject)\./;

/** The name of a label is not as Docker's guidelines have it. */
export const labelKey: LintRule = {
  id: 'label-key',
  hadolint: 'DL3048',
  severity: 'style',
  title: 'the name of a label is not valid',
  check: ({ model, syntax }) =>
    model.stages.flatMap((stage) =>
      labelsOf(stage, syntax)
        .filter(({ name }) => !name.includes('$'))
        .flatMap(({ name, range }) => {
          const fault = faultOf(name);
          return fault === undefined ? [] : [{ range, message: `the label ${name} ${fault}` }];
        }),
    ),
};

function faultOf(name: string): string | undefined {
  if (reserved.test(name)) return 'is in a namespace that Docker keeps for itself';
  if (/[^a-z\d.-]/.test(name)) return 'should have lower-case letters, digits, dots and hyphens only';
  if (!/^[a-z]/.test(name) || !/[a-z\d]$/.test(name))
    return 'should begin with a letter and end with a letter or digit';
  return /\.\.|--/.test(name) ? 'should not have two separators in a row' : undefined;
}
