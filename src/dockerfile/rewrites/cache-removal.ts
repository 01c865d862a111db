import type { Instruction, ShellCommand } from '../model.ts';
import { programOf } from '../programs.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { removeLinks } from './remove-links.ts';
import { removeWords } from './remove-words.ts';
import { classifyToolInstruction } from './tool-commands.ts';

/** `rm` of a mounted folder fails (EBUSY), and of what is in it empties the cache: which of the targets a RUN removes in a way that cannot be taken out. */
export function stuckTargets(run: Instruction, text: string, targets: readonly string[]): readonly string[] {
  const commands = run.commands ?? [];
  return targets.filter((target) =>
    commands.some((command, at) => {
      const hits = hitsOf(command, [target]);
      if (!hits.some((word) => relation(word, target) === 'covers')) return false;
      if (hits.some((word) => isAbove(word, target) && !isInstallOnly(run))) return true;
      return !command.isTopLevel || (isWhole(command, hits) && !isPlainLink(commands, at, text));
    }),
  );
}

/** Takes the mounted targets out of the `rm` commands of a RUN: as words among others, else the whole link. */
export function withoutRemoval(run: Instruction, text: string, targets: readonly string[]): TextEdit[] {
  const partly = (run.commands ?? [])
    .filter((command) => command.isTopLevel && !isWhole(command, hitsOf(command, targets)))
    .flatMap((command) => {
      const hits = hitsOf(command, targets);
      return removeWords(
        command,
        command.wordRanges
          .filter((_, at) => hits.includes(command.words[at] ?? ''))
          .map((range) => ({ range })),
      );
    });
  const whole = removeLinks(run, text, (command) => {
    const hits = hitsOf(command, targets);
    return hits.length > 0 && isWhole(command, hits);
  });
  return [...partly, ...whole];
}

/** The arguments of an `rm` that are one of the targets, or lie above or in it. */
function hitsOf(command: ShellCommand, targets: readonly string[]): readonly string[] {
  if (programOf(command) !== 'rm') return [];
  return pathsOf(command).filter((word) => targets.some((target) => relation(word, target) !== 'none'));
}

function pathsOf(command: ShellCommand): readonly string[] {
  return command.words.slice(command.words.indexOf('rm') + 1).filter((word) => !word.startsWith('-'));
}

function isWhole(command: ShellCommand, hits: readonly string[]): boolean {
  return hits.length > 0 && hits.length === pathsOf(command).length;
}

function relation(word: string, target: string): 'covers' | 'inside' | 'none' {
  const path = word.replace(/^(~|\$HOME|\$\{HOME\})(?=\/|$)/, '/root').replace(/\/{2,}/g, '/');
  // Braces may name anything; only bash expands them.
  if (path.includes('{'))
    return path.startsWith(`${target.split('/').slice(0, 3).join('/')}`) ? 'covers' : 'none';
  const isContent = /\/\*$/.test(path);
  const folder = path.replace(/\/\*?$/, '') || '/';
  if (folder === target) return isContent ? 'inside' : 'covers';
  if (target.startsWith(`${folder}/`)) return 'covers';
  return folder.startsWith(`${target}/`) ? 'inside' : 'none';
}

function isAbove(word: string, target: string): boolean {
  return (
    relation(word, target) === 'covers' &&
    word.replace(/^(~|\$HOME|\$\{HOME\})/, '/root').replace(/\/$/, '') !== target
  );
}

/** Nothing but installing: what lies beside the mounted cache is of other installers. */
function isInstallOnly(run: Instruction): boolean {
  const { kind, otherCommands } = classifyToolInstruction(run);
  return kind === 'tool' || (kind === 'install' && otherCommands.length === 0);
}

function isPlainLink(commands: readonly ShellCommand[], at: number, text: string): boolean {
  const [before, command] = [commands[at - 1], commands[at]];
  if (before === undefined || command === undefined) return false;
  return /^[\s\\]*(&&|;)[\s\\]*$/.test(text.slice(before.range.end, command.range.start));
}
