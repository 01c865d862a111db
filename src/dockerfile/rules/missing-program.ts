import { containerPrograms, mayComeOtherwise } from '../container-programs.ts';
import type { LintRule } from './rule.ts';

/** A program that the container starts and that nothing installs. */
export const missingProgram: LintRule = {
  id: 'missing-program',
  severity: 'warning',
  title: 'nothing installs the program that the container starts',
  check: ({ model, project }) => {
    if (project === undefined || project.missingPrograms.size === 0) return [];
    return containerPrograms(model).flatMap(({ program, instruction }) => {
      const install = project.missingPrograms.get(program);
      if (install === undefined || mayComeOtherwise(model, program)) return [];
      const { keyword, range } = instruction.syntax;
      const message = `${keyword.toUpperCase()} starts ${program}, which no requirement names: add ${install} to what pip installs`;
      return [{ range, message }];
    });
  },
};
