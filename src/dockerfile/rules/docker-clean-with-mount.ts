import { aptAction } from '../apt-command.ts';
import { commandsIn } from '../programs.ts';
import { cacheTargets } from '../run-mounts.ts';
import { instructionsUpTo } from '../stage-chain.ts';
import type { LintRule } from './rule.ts';

/** An apt cache mount that docker-clean empties. */
export const dockerCleanWithMount: LintRule = {
  id: 'docker-clean-with-mount',
  severity: 'warning',
  title: 'an apt cache mount that docker-clean empties',
  check: ({ model }) =>
    model.stages.flatMap(({ instructions }) =>
      instructions.flatMap((instruction) => {
        const isMounted = cacheTargets(instruction).some((target) =>
          /^\/var\/cache\/apt(?:\/archives)?$/.test(target),
        );
        const installs = commandsIn(instruction).some((command) => aptAction(command) === 'install');
        const isOff = instructionsUpTo(model, instruction).some(
          ({ syntax }) =>
            syntax.value.includes('docker-clean') || /Keep-Downloaded-Packages/i.test(syntax.value),
        );
        return isMounted && installs && !isOff
          ? [
              {
                range: instruction.syntax.range,
                message:
                  'docker-clean deletes what the apt cache mount is to keep: remove /etc/apt/apt.conf.d/docker-clean first',
              },
            ]
          : [];
      }),
    ),
};
