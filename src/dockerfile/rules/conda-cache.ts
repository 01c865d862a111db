import type { Instruction, ShellCommand } from '../model.ts';
import { programOf } from '../programs.ts';
import { cacheTargets } from '../run-mounts.ts';
import { keptStages } from '../stage-chain.ts';
import type { DockerfileSyntax } from '../syntax/syntax.ts';
import { appendLink } from './append-link.ts';
import type { LintRule, Violation } from './rule.ts';

const program = /^(?:conda|mamba|micromamba)$/;

/** Conda keeps its packages in the layer. */
export const condaCache: LintRule = {
  id: 'conda-cache',
  severity: 'warning',
  title: 'conda keeps its packages in the layer',
  check: ({ model, syntax }) =>
    keptStages(model)
      .flatMap(({ instructions }) => instructions)
      .flatMap((instruction) => {
        const conda = (instruction.commands ?? []).filter((command) => program.test(programOf(command)));
        const install = conda.findLast(
          ({ words }) =>
            /^(?:install|create|update)$/.test(words[1] ?? '') ||
            (words[1] === 'env' && /^(?:create|update)$/.test(words[2] ?? '')),
        );
        const isCleaned =
          conda.some(({ words }) => words.includes('clean')) ||
          /rm -\w+ [^&;|]*\/pkgs/.test(instruction.syntax.value) ||
          cacheTargets(instruction).some((target) => /\/pkgs$|conda|mamba/.test(target));
        return install === undefined || isCleaned ? [] : [violationOf(syntax, instruction, install)];
      }),
};

function violationOf(
  syntax: DockerfileSyntax,
  { commands = [] }: Instruction,
  install: ShellCommand,
): Violation {
  const clean = `${install.words[0] ?? 'conda'} clean -afy`;
  return {
    range: install.range,
    message: `the downloaded packages stay in this layer: end the RUN with ${clean}`,
    ...(install.isTopLevel
      ? { edits: [appendLink(syntax, commands, { command: install, link: clean })] }
      : {}),
  };
}
