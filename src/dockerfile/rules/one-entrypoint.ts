import type { LintRule } from './rule.ts';
import { repeated } from './visit.ts';

/** Several ENTRYPOINTs. */
export const oneEntrypoint: LintRule = {
  id: 'one-entrypoint',
  hadolint: 'DL4004',
  buildkit: 'MultipleInstructionsDisallowed',
  severity: 'error',
  title: 'several ENTRYPOINTs',
  check: ({ model }) => repeated(model, 'entrypoint'),
};
