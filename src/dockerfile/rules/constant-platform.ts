import type { LintRule } from './rule.ts';

/** FROM with a constant platform. */
export const constantPlatform: LintRule = {
  id: 'constant-platform',
  hadolint: 'DL3029',
  buildkit: 'FromPlatformFlagConstDisallowed',
  severity: 'warning',
  title: 'FROM with a constant platform',
  check: ({ model }) =>
    model.stages.flatMap(({ platform, from, name }) =>
      platform === undefined ||
      platform.includes('$') ||
      platform.split('/').some((part) => part !== '' && name?.includes(part.toLowerCase()) === true)
        ? []
        : [
            {
              range: from.range,
              message: `the platform ${platform} is fixed: build with --platform instead`,
            },
          ],
    ),
};
