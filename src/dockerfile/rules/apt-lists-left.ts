import { aptAction } from '../apt-command.ts';
import type { ShellCommand } from '../model.ts';
import type { LintRule } from './rule.ts';
import { cacheTargets, keptStages, mountsOf, programOf } from './visit.ts';

const removesLists = (command: ShellCommand): boolean =>
  ['rm', 'find'].includes(programOf(command)) &&
  command.words.some((word) => /^\/var\/lib\/(?:apt(?:\/(?:lists)?.*|\*)?|\*)/.test(word));

/** Package lists left in the layer. */
export const aptListsLeft: LintRule = {
  id: 'apt-lists-left',
  hadolint: 'DL3009',
  severity: 'warning',
  title: 'package lists left in the layer',
  check: ({ model }) =>
    keptStages(model).flatMap(({ instructions }) =>
      instructions.flatMap((instruction) => {
        const commands = instruction.commands ?? [];
        const update = commands.find((command) => aptAction(command) === 'update');
        const targets = cacheTargets(instruction);
        const isMounted =
          targets.some((target) => ['/var/lib/apt', '/var/lib/apt/lists', '/var/lib'].includes(target)) ||
          mountsOf(instruction).some(
            (mount) =>
              mount.get('type') === 'tmpfs' && (mount.get('target') ?? '').startsWith('/var/lib/apt'),
          );
        const isCleaned = commands.some((command) => removesLists(command));
        if (update === undefined || isMounted || isCleaned) return [];
        return [
          {
            range: update.range,
            message: 'the package lists stay in this layer: end the RUN with rm -rf /var/lib/apt/lists/*',
          },
        ];
      }),
    ),
};
