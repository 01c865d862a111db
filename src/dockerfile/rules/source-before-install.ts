import type { Instruction } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';
import { programOf } from '../programs.ts';
import { readProjectInstall } from '../project-tool-command.ts';
import { argumentWords } from '../syntax/words.ts';
import type { LintRule } from './rule.ts';

/** What is copied first instead, by the program that installs. */
const manifests = {
  pip: 'copy the requirements first, the source after the install',
  conda: 'copy the environment file first, the source after the install',
  npm: 'copy package.json and its lock file first, the source after the install',
  project: 'copy manifest and lock file and install the dependencies alone first, then copy the source',
} as const;
type Installer = keyof typeof manifests;

/** The source is copied before the dependencies are installed. */
export const sourceBeforeInstall: LintRule = {
  id: 'source-before-install',
  severity: 'warning',
  title: 'the source is copied before the dependencies are installed',
  check: ({ model }) =>
    model.stages.flatMap(({ instructions }) =>
      instructions.flatMap((instruction, at) => {
        if (!copiesAll(instruction)) return [];
        const earlier = installersOf(instructions.slice(0, at));
        const first = installersOf(instructions.slice(at + 1)).find((one) => !earlier.includes(one));
        return first === undefined
          ? []
          : [
              {
                range: instruction.syntax.range,
                message: `every change of the source installs all dependencies again: ${manifests[first]}`,
              },
            ];
      }),
    ),
};

function copiesAll({ syntax }: Instruction): boolean {
  return (
    ['copy', 'add'].includes(syntax.keyword) &&
    !syntax.flags.some(({ name }) => name === 'from') &&
    argumentWords(syntax)
      .slice(0, -1)
      .some(({ text }) => /^\.?\/?$/.test(text))
  );
}

/** What installs dependencies that a manifest names; an install of the project itself needs its source. */
function installersOf(instructions: readonly Instruction[]): readonly Installer[] {
  return instructions
    .flatMap(({ commands }) => commands ?? [])
    .flatMap((command): readonly Installer[] => {
      const pip = readPipInstall(command);
      if (pip !== undefined)
        return pip.requirementFiles.length > 0 && pip.localPaths.length === 0 ? ['pip'] : [];
      if (readProjectInstall(command) !== undefined) return ['project'];
      const [, action, object] = command.words;
      switch (programOf(command)) {
        case 'conda':
        case 'mamba':
          return action === 'env' && /^(?:create|update)$/.test(object ?? '') ? ['conda'] : [];
        case 'npm':
          return action === 'ci' || (command.words.length === 2 && action === 'install') ? ['npm'] : [];
        default:
          return [];
      }
    });
}
