import type { Instruction, ShellCommand } from '../model.ts';
import { programOf } from '../programs.ts';
import { cacheTargets } from '../run-mounts.ts';
import { keptStages } from '../stage-chain.ts';
import type { DockerfileSyntax, TextEdit } from '../syntax/syntax.ts';
import type { LintRule, Violation } from './rule.ts';

/** apk keeps the index of its packages in the layer. */
export const apkCache: LintRule = {
  id: 'apk-cache',
  hadolint: 'DL3019',
  severity: 'info',
  title: 'apk keeps its index in the layer',
  check: ({ model, syntax }) =>
    keptStages(model)
      .flatMap(({ instructions }) => instructions)
      .filter((instruction) => !isRemoved(instruction))
      .flatMap(({ commands = [] }) => [...addsWith(commands), ...updates(commands, syntax)]),
};

function isRemoved(instruction: Instruction): boolean {
  const isMounted = cacheTargets(instruction).some((target) =>
    /^\/(?:var\/cache(?:\/apk)?|etc\/apk\/cache)$/.test(target),
  );
  const isCleaned = (instruction.commands ?? []).some(
    (command) =>
      (programOf(command) === 'rm' && command.words.some((word) => /^\/var\/cache\b/.test(word))) ||
      (programOf(command) === 'apk' && command.words.includes('cache') && command.words.includes('clean')),
  );
  return isMounted || isCleaned;
}

function addsWith(commands: readonly ShellCommand[]): readonly Violation[] {
  const message = 'the index stays in this layer: add --no-cache, which reads it anew and keeps nothing';
  return commands.filter(isKeeping('add')).map((command) => {
    const at = command.wordRanges[command.words.indexOf('add')]?.end ?? command.range.end;
    return {
      range: command.range,
      message,
      edits: [{ range: { start: at, end: at }, newText: ' --no-cache' }],
    };
  });
}

function updates(commands: readonly ShellCommand[], syntax: DockerfileSyntax): readonly Violation[] {
  const message = 'the index stays in this layer: leave this out, as apk add --no-cache reads it by itself';
  return commands
    .filter(isKeeping('update'))
    .map((command) => ({ range: command.range, message, ...withoutUpdate(command, commands, syntax) }));
}

/** Sure where an `apk add` follows, and whatever else apk does here is the same. */
function withoutUpdate(
  update: ShellCommand,
  commands: readonly ShellCommand[],
  { text }: DockerfileSyntax,
): { readonly edits?: readonly TextEdit[] } {
  const next = commands[commands.indexOf(update) + 1];
  const onlyAdds = commands.every(
    (command) => command === update || programOf(command) !== 'apk' || command.words.includes('add'),
  );
  if (next === undefined || programOf(next) !== 'apk' || !onlyAdds || !update.isTopLevel) return {};
  const between = text.slice(update.range.end, next.range.start);
  return /^[\s\\]*&&[\s\\]*$/.test(between)
    ? { edits: [{ range: { start: update.range.start, end: next.range.start }, newText: '' }] }
    : {};
}

function isKeeping(action: string): (command: ShellCommand) => boolean {
  return (command) =>
    programOf(command) === 'apk' &&
    command.words.includes(action) &&
    !command.words.some((word) => /^--no-cache$|^--cache-dir/.test(word));
}
