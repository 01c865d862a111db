import type { DockerfileModel, Instruction, ShellCommand } from '../model.ts';
import { downloadsNothing, readPipInstall } from '../pip-command.ts';
import { commandsIn } from '../programs.ts';
import { cacheTargets, mountsOf } from '../run-mounts.ts';
import { keptStages } from '../stage-chain.ts';
import type { TextRange } from '../syntax/syntax.ts';
import type { LintRule } from './rule.ts';

const insertion = (command: ShellCommand, first: number): TextRange => {
  const at = command.wordRanges[first - 1]?.end ?? command.range.end;
  return { start: at, end: at };
};
const exportsNoCache = ({ syntax }: Instruction): boolean =>
  /\bPIP_NO_CACHE_DIR=|pip3? cache purge|rm -\w+ [^&;|]*\.cache/.test(syntax.value);
const mountsTmp = (instruction: Instruction): boolean =>
  mountsOf(instruction).some((mount) => mount.get('type') === 'tmpfs');

// pip takes every beginning of a long option that is no other's, and options of its own before the command.
const noCache = /^--no-c(?:a(?:c(?:h(?:e(?:-(?:d(?:ir?)?)?)?)?)?)?)?$/;

/** Pip keeps its cache in the layer. */
export const pipCache: LintRule = {
  id: 'pip-cache',
  hadolint: 'DL3042',
  severity: 'warning',
  title: 'pip keeps its cache in the layer',
  check: ({ model }) =>
    commandsKept(model).flatMap(({ command, instruction }) => {
      const install = readPipInstall(command);
      if (install?.tool !== 'pip' || command.words.some((word) => noCache.test(word))) return [];
      if (downloadsNothing(install)) return [];
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

/** What ends in the image: a stage from which files are only copied leaves its cache behind. */
function commandsKept(
  model: DockerfileModel,
): readonly { readonly command: ShellCommand; readonly instruction: Instruction }[] {
  return keptStages(model)
    .flatMap(({ instructions }) => instructions)
    .flatMap((instruction) => commandsIn(instruction).map((command) => ({ command, instruction })));
}
