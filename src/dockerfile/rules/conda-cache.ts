import { posix } from 'node:path';
import type { LintRule } from './rule.ts';
import { cacheTargets, keptStages } from './visit.ts';

const program = /^(?:conda|mamba|micromamba)$/;

/** Conda keeps its packages in the layer. */
export const condaCache: LintRule = {
  id: 'conda-cache',
  severity: 'warning',
  title: 'conda keeps its packages in the layer',
  check: ({ model }) =>
    keptStages(model)
      .flatMap(({ instructions }) => instructions)
      .flatMap((instruction) => {
        const conda = (instruction.commands ?? []).filter(({ words }) =>
          program.test(posix.basename(words[0] ?? '')),
        );
        const install = conda.find(
          ({ words }) =>
            /^(?:install|create|update)$/.test(words[1] ?? '') ||
            (words[1] === 'env' && /^(?:create|update)$/.test(words[2] ?? '')),
        );
        const isCleaned =
          conda.some(({ words }) => words.includes('clean')) ||
          /rm -\w+ [^&;|]*\/pkgs/.test(instruction.syntax.value) ||
          cacheTargets(instruction).some((target) => /\/pkgs$|conda|mamba/.test(target));
        return install === undefined || isCleaned
          ? []
          : [
              {
                range: install.range,
                message: 'the downloaded packages stay in this layer: end the RUN with conda clean -afy',
              },
            ];
      }),
};
