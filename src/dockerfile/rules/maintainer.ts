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
    instructionsOf(model, 'maintainer').map(({ syntax }) => {
      const name = /^"([^"\\$`]+)"$|^([^"'\\$`]+)$/.exec(syntax.value);
      const label = `LABEL org.opencontainers.image.authors="${name?.[1] ?? name?.[2] ?? '…'}"`;
      return {
        range: syntax.range,
        message: `say it with ${label}`,
        ...(name === null || syntax.startLine !== syntax.endLine
          ? {}
          : { edits: [{ range: syntax.range, newText: label }] }),
      };
    }),
};
