import type { Instruction, ShellCommand } from '../model.ts';
import { hasPipOption, readPipInstall } from '../pip-command.ts';
import type { TextRange } from '../syntax/syntax.ts';
import type { LintRule } from './rule.ts';
import { cacheTargets, commandsOf, mountsOf } from './visit.ts';

const insertion = (command: ShellCommand, first: number): TextRange => {
  const at = command.wordRanges[first - 1]?.end ?? command.range.end;
  return { start: at, end: at };
};
const exportsNoCache = ({ syntax }: Instruction): boolean =>
  /\bPIP_NO_CACHE_DIR=|pip cache purge|rm -rf? [^&;|]*\.cache/.test(syntax.value);
const mountsTmp = (instruction: Instruction): boolean =>
  mountsOf(instruction).some((mount) => mount.get('type') === 'tmpfs');

/** Pip keeps its cache in the layer. */
export const pipCache: LintRule = {
  id: 'pip-cache',
  hadolint: 'DL3042',
  severity: 'warning',
  title: 'pip keeps its cache in the layer',
  check: ({ model }) =>
    commandsOf(model).flatMap(({ command, instruction }) => {
      const install = readPipInstall(command);
      if (install === undefined || install.tool !== 'pip' || hasPipOption(install, '--no-cache-dir'))
        return [];
      const { variables } = instruction.before;
      const values = [
        variables['PIP_NO_CACHE_DIR'],
        ...command.assignments.map((one) => /^PIP_NO_CACHE_DIR=(.*)/.exec(one)?.[1]),
      ];
      const isOff =
        values.some((value) => value !== undefined && value !== '') || exportsNoCache(instruction);
      if (isOff || cacheTargets(instruction).length > 0 || mountsTmp(instruction)) return [];
      return [
        {
          range: command.range,
          message: 'pip keeps what it downloads in this layer: add --no-cache-dir, or mount a cache',
          edits: [{ range: insertion(command, install.firstArgument), newText: ' --no-cache-dir' }],
        },
      ];
    }),
};
