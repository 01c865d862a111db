import type { Instruction } from '../model.ts';
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
        const flags = ({ syntax }: Instruction): string =>
          syntax.flags
            .map(({ name, value }) => `${name}=${value ?? ''}`)
            .sort()
            .join(' ');
        const isShort = [instruction, before].every(
          ({ commands }) => commands !== undefined && commands.length <= 2,
        );
        return flags(instruction) === flags(before) && isShort
          ? [{ range: instruction.syntax.range, message: 'this RUN could be part of the one above' }]
          : [];
      }),
    ),
};
