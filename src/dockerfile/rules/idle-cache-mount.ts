import { aptAction } from '../apt-command.ts';
import type { Instruction, ShellCommand } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';
import { commandsIn, programOf } from '../programs.ts';
import { readProjectInstall } from '../project-tool-command.ts';
import { cacheTargets } from '../run-mounts.ts';
import type { LintRule, Violation } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** A cache mount that its RUN does not fill, or empties again. */
export const idleCacheMount: LintRule = {
  id: 'idle-cache-mount',
  severity: 'warning',
  title: 'a cache mount that its RUN leaves empty',
  check: ({ model }) =>
    instructionsOf(model, 'run').flatMap((instruction) => [
      ...unfilled(instruction, 'pip'),
      ...unfilled(instruction, 'uv'),
      ...emptied(instruction),
    ]),
};

/** Installations that are told to keep nothing, beside a mount for what they keep. */
function unfilled(instruction: Instruction, tool: 'pip' | 'uv'): readonly Violation[] {
  const target = cacheTargets(instruction).find((one) => one.endsWith(`/.cache/${tool}`));
  const installs = commandsIn(instruction).filter(
    (command) =>
      readPipInstall(command)?.tool === tool || (tool === 'uv' && readProjectInstall(command)?.tool === 'uv'),
  );
  const [first] = installs;
  if (target === undefined || first === undefined) return [];
  const variable = tool === 'pip' ? 'PIP_NO_CACHE_DIR' : 'UV_NO_CACHE';
  const option = tool === 'pip' ? /^--no-cache(?:-dir)?$/ : /^(?:--no-cache(?:-dir)?|-n)$/;
  const isOff = (instruction.before.variables[variable] ?? '') !== '';
  if (isOff) {
    return [
      { range: first.range, message: `${variable} is set, so ${tool} keeps nothing in the cache mount` },
    ];
  }
  if (!installs.every(({ words }) => words.some((word) => option.test(word)))) return [];
  return installs.map((command) => {
    const at = command.words.findIndex((word) => option.test(word));
    const range = command.wordRanges[at] ?? command.range;
    return { range, message: `${tool} keeps nothing in the cache mount: leave this out` };
  });
}

function emptied(instruction: Instruction): readonly Violation[] {
  const targets = cacheTargets(instruction);
  return commandsIn(instruction).flatMap((command) => {
    const target = targets.find((one) => empties(command, one));
    return target === undefined
      ? []
      : [
          {
            range: command.range,
            message: `this empties the cache mount at ${target}, which is in no layer: leave it out`,
          },
        ];
  });
}

function empties(command: ShellCommand, target: string): boolean {
  const action = aptAction(command);
  if (action !== undefined) {
    return action === 'clean' && /^\/var\/cache(?:\/apt(?:\/archives)?)?$/.test(target);
  }
  if (programOf(command) !== 'rm') return false;
  return command.words.some((word) => {
    const path = word.replace(/^(?:~|\$HOME|\$\{HOME\})(?=\/)/, '/root').replace(/\/\*$/, '');
    const isLists = target === '/var/lib/apt' && path === '/var/lib/apt/lists';
    return path === target || isLists;
  });
}
