import type { LintRule } from './rule.ts';
import { repeated } from './visit.ts';

/** Several HEALTHCHECKs. */
export const oneHealthcheck: LintRule = {
  id: 'one-healthcheck',
  hadolint: 'DL3012',
  buildkit: 'MultipleInstructionsDisallowed',
  severity: 'error',
  title: 'several HEALTHCHECKs',
  check: ({ model }) => repeated(model, 'healthcheck'),
};
