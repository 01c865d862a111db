import { keptStages } from '../stage-chain.ts';
import type { LintRule } from './rule.ts';

/** The USER of the image is a name, which the host cannot look up. */
export const namedUser: LintRule = {
  id: 'named-user',
  hadolint: 'DL3066',
  severity: 'info',
  title: 'the last USER is a name and no number',
  check: ({ model }) => {
    const last = keptStages(model)
      .flatMap(({ instructions }) => instructions)
      .findLast(({ syntax }) => syntax.keyword === 'user');
    const user = last?.syntax.value.split(':')[0]?.trim() ?? '';
    // Windows has no numbers; `root` is the other rule's.
    const isFine = last === undefined || /^\d+$|\$|^root$/.test(user) || last.before.shell[0] === 'cmd';
    return isFine
      ? []
      : [
          {
            range: last.syntax.range,
            message: `${user} is a name of the image alone: Kubernetes (runAsNonRoot) and file systems of the host want its number`,
          },
        ];
  },
};
