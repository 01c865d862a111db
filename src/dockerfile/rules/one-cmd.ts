import type { LintRule } from './rule.ts';
import { repeated } from './visit.ts';

/** Several CMDs. */
export const oneCmd: LintRule = {
  id: 'one-cmd',
  hadolint: 'DL4003',
  buildkit: 'MultipleInstructionsDisallowed',
  severity: 'warning',
  title: 'several CMDs',
  check: ({ model }) => repeated(model, 'cmd'),
};
