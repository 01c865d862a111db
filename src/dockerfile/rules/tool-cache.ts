import type { Instruction } from '../model.ts';
import { commandsIn } from '../programs.ts';
import { readProjectInstall } from '../project-tool-command.ts';
import { cacheTargets, mountsOf } from '../run-mounts.ts';
import { keptStages } from '../stage-chain.ts';
import type { LintRule } from './rule.ts';

/** What can go without the environments, which Poetry keeps beside its cache. */
const caches: Readonly<Record<'poetry' | 'pdm', string>> = {
  poetry: '~/.cache/pypoetry/cache ~/.cache/pypoetry/artifacts',
  pdm: '~/.cache/pdm',
};

/** Poetry and PDM keep what they download, as pip does. */
export const toolCache: LintRule = {
  id: 'tool-cache',
  severity: 'warning',
  title: 'Poetry or PDM keeps its cache in the layer',
  check: ({ model }) =>
    keptStages(model)
      .flatMap(({ instructions }) => instructions)
      .flatMap((instruction) => {
        const installs = isCleaned(instruction) ? [] : commandsIn(instruction);
        return installs.flatMap((command) => {
          const tool = readProjectInstall(command)?.tool;
          if ((tool !== 'poetry' && tool !== 'pdm') || command.words.includes('--no-cache')) return [];
          const message = `${tool} keeps what it downloads in this layer: end the RUN with rm -rf ${caches[tool]}, or mount a cache`;
          return [{ range: command.range, message }];
        });
      }),
};

/** On a mount, or removed in the same RUN in whatever way. */
function isCleaned(instruction: Instruction): boolean {
  const isTemporary = mountsOf(instruction).some((mount) => mount.get('type') === 'tmpfs');
  const text = [instruction.syntax.value, ...instruction.syntax.heredocs.map(({ content }) => content)].join(
    '\n',
  );
  return (
    cacheTargets(instruction).length > 0 ||
    isTemporary ||
    /\brm\s[^&;|]*cache|\bcache\s+(?:clear|clean|purge)|cache-dir/i.test(text)
  );
}
