import type { LintRule } from './rule.ts';

/** --platform=$TARGETPLATFORM is what FROM does. */
export const redundantPlatform: LintRule = {
  id: 'redundant-platform',
  hadolint: 'DL3065',
  buildkit: 'RedundantTargetPlatform',
  severity: 'info',
  title: '--platform=$TARGETPLATFORM is what FROM does',
  check: ({ model }) =>
    model.stages.flatMap(({ platform, from }) => {
      const flag = from.flags.find(({ name }) => name === 'platform');
      return flag === undefined || !/^\$(?:TARGETPLATFORM|\{TARGETPLATFORM\})$/.test(platform ?? '')
        ? []
        : [
            {
              range: flag.range,
              message: 'this is the default',
              edits: [{ range: { start: flag.range.start, end: flag.range.end + 1 }, newText: '' }],
            },
          ];
    }),
};
