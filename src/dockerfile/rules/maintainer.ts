import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** MAINTAINER, which is deprecated. */
export const maintainer: LintRule = {
  id: 'maintainer',
  hadolint: 'DL4000',
  buildkit: 'MaintainerDeprecated',
  severity: 'warning',
  title: 'MAINTAINER is deprecated',
  check: ({ model }) =>
    instructionsOf(model, 'maintainer').map(({ syntax }) => ({
      range: syntax.range,
      message: 'say it with LABEL org.opencontainers.image.authors="…"',
    })),
};
