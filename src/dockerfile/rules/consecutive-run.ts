import type { Instruction } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';
import { programOf } from '../programs.ts';
import { readProjectInstall } from '../project-tool-command.ts';
import type { LintRule } from './rule.ts';

/** RUN after RUN that could be one. */
export const consecutiveRun: LintRule = {
  id: 'consecutive-run',
  hadolint: 'DL3059',
  severity: 'info',
  title: 'RUN after RUN that could be one',
  check: ({ model }) =>
    model.stages.flatMap(({ instructions }) =>
      instructions.flatMap((instruction, at) => {
        const before = instructions[at - 1];
        if (instruction.syntax.keyword !== 'run' || before?.syntax.keyword !== 'run') return [];
        const both = [before, instruction];
        return flagsOf(instruction) === flagsOf(before) &&
          both.every(isSingle) &&
          !both.every(installsPackages)
          ? [{ range: instruction.syntax.range, message: 'this RUN could be part of the one above' }]
          : [];
      }),
    ),
};

function flagsOf({ syntax }: Instruction): string {
  return syntax.flags
    .map(({ name, value }) => `${name}=${value ?? ''}`)
    .sort()
    .join(' ');
}

/** One command: a chain was split from its neighbours on purpose, and a script is no chain. */
function isSingle({ syntax, commands }: Instruction): boolean {
  return commands?.length === 1 && syntax.heredocs.length === 0;
}

/** Heavy distributions in layers of their own are kept apart by the build cache and pushed side by side. */
function installsPackages({ commands }: Instruction): boolean {
  return (commands ?? []).some(
    (command) =>
      readPipInstall(command) !== undefined ||
      readProjectInstall(command) !== undefined ||
      /^(?:conda|mamba|micromamba)$/.test(programOf(command)),
  );
}
