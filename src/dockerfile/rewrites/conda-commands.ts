import { aptAction } from '../apt-command.ts';
import {
  type CondaInstall,
  condaTool,
  isCondaClean,
  readCondaInstall,
  readCondaRun,
} from '../conda-command.ts';
import type { Instruction, ShellCommand } from '../model.ts';
import { type PipInstall, readPipInstall } from '../pip-command.ts';
import {
  type ClassifiedInstruction,
  classifyInstruction,
  isArrangement,
  isHarmless,
} from './classify-instruction.ts';

/** An instruction as the split of conda's stages sees it. */
export interface CondaInstruction {
  readonly instruction: Instruction;
  /** `setup`: configures conda and interactive shells alone; `install`: puts packages into an environment; else as for pip. */
  readonly kind: 'setup' | 'install' | Exclude<ClassifiedInstruction['role'], 'dependencies'>;
  readonly classified: ClassifiedInstruction;
  readonly installs: readonly CondaInstall[];
  /** `pip install`, also behind `conda run`. */
  readonly pips: readonly PipInstall[];
  /** Commands of an installing RUN whose results would stay behind in a builder stage. */
  readonly otherCommands: readonly ShellCommand[];
}

/** Sorts an instruction into what installs with conda, what only sets conda up, and everything else. */
export function classifyCondaInstruction(instruction: Instruction): CondaInstruction {
  const classified = classifyInstruction(instruction);
  const commands = instruction.commands ?? [];
  const installs = commands.flatMap((command) => (isSetup(command) ? [] : (readCondaInstall(command) ?? [])));
  const pips = commands.flatMap((command) => readPipInstall(insideRun(command)) ?? []);
  const isInstall = installs.length + pips.length > 0;
  const isForShells = commands.some((command) => isSetup(command) || isShellLine(command, instruction));
  const isAside = (command: ShellCommand): boolean =>
    isSetup(command) || isShellLine(command, instruction) || isActivation(command) || leavesNothing(command);
  return {
    instruction,
    classified,
    kind: isInstall ? 'install' : isForShells && commands.every(isAside) ? 'setup' : otherKind(classified),
    installs,
    pips,
    otherCommands: isInstall
      ? commands.filter(
          (command) =>
            !isAside(command) &&
            readCondaInstall(command) === undefined &&
            readPipInstall(insideRun(command)) === undefined,
        )
      : [],
  };
}

/** Looking around leaves nothing; system packages, directories, users and links are the same in every stage. */
function otherKind({ role, instruction }: ClassifiedInstruction): CondaInstruction['kind'] {
  const commands = instruction.commands ?? [];
  if (role === 'dependencies') return 'other';
  if (role !== 'other' || commands.length === 0) return role;
  if (commands.every(({ words }) => /^(pwd|ls|whoami|id|env)$/.test(words[0] ?? ''))) return 'setup';
  const isSystem = (command: ShellCommand): boolean =>
    aptAction(command) !== undefined || isArrangement(command) || leavesNothing(command);
  return commands.every(isSystem) ? 'arrangement' : 'other';
}

/** The command that `conda run` starts, or the command itself. */
export function insideRun(command: ShellCommand): ShellCommand {
  const run = readCondaRun(command.words);
  if (run === undefined || run === 'unsure') return command;
  return {
    ...command,
    words: command.words.slice(run.droppedWords),
    wordRanges: command.wordRanges.slice(run.droppedWords),
  };
}

const ofConda =
  /^(?:[\w-]+::)?(?:conda|mamba|micromamba|conda-libmamba-solver|libmamba\w*|conda-lock|conda-build|anaconda-client)(?:[=<>~!].*)?$/;

/** Configures, cleans or asks conda, or brings conda itself up to date. */
function isSetup(command: ShellCommand): boolean {
  const [program = '', ...rest] = command.words;
  if (condaTool(program) === undefined) return false;
  const install = readCondaInstall(command);
  if (install !== undefined)
    return (
      install.file === undefined &&
      install.prefix === undefined &&
      (install.name ?? 'base') === 'base' &&
      (install.packages.length > 0
        ? install.packages.every((one) => ofConda.test(one))
        : rest.includes('--all') &&
          /^(update|upgrade)$/.test(rest.find((word) => !word.startsWith('-')) ?? ''))
    );
  if (isCondaClean(command)) return true;
  const action = rest.find((word) => !word.startsWith('-')) ?? '';
  if (action === 'config') return !rest.includes('vars');
  return (
    /^(init|info|list|tos|search)$/.test(action) ||
    (action === '' && /^(--version|-V|--help)$/.test(rest[0] ?? ''))
  );
}

/** `echo "conda activate app" >> ~/.bashrc`, a link to `conda.sh`: interactive shells read it, and login shells. */
function isShellLine({ words }: ShellCommand, { syntax }: Instruction): boolean {
  if (words[0] === 'ln') return words.some((word) => word.endsWith('/conda.sh'));
  return (
    words[0] === 'echo' &&
    words.some((word) => /conda|activate/.test(word)) &&
    /echo[^;&|]*(conda|activate)[^;&|]*>>?\s*\S*(bashrc|\.bash_profile|\.profile|profile\.d\/\S+)/.test(
      syntax.value,
    )
  );
}

/** The environment that a command activates for those behind it: `source activate app`, `conda activate app`. */
function activatedName({ words }: ShellCommand): string | undefined {
  const isOfConda = condaTool(words[0] ?? '') !== undefined && words[1] === 'activate';
  const isOfShell = /^(source|\.)$/.test(words[0] ?? '') && /(^|\/)activate$/.test(words[1] ?? '');
  return isOfConda || isOfShell ? words[2] : undefined;
}

/** The environment that is active where a command stands in its RUN, if a command in front of it says so. */
export function activatedBefore(command: ShellCommand, { commands }: Instruction): string | undefined {
  return (commands ?? [])
    .filter(({ range, isTopLevel }) => isTopLevel && range.start < command.range.start)
    .map(activatedName)
    .findLast((name) => name !== undefined);
}

/** Activates an environment, or lets the shell do so, for the rest of the RUN. */
function isActivation(command: ShellCommand): boolean {
  const { words } = command;
  return (
    activatedName(command) !== undefined ||
    (/^(source|\.)$/.test(words[0] ?? '') && /(\/conda\.sh|\.bashrc)$/.test(words[1] ?? '')) ||
    (words[0] === 'eval' && /\bconda shell\./.test(words[1] ?? '')) ||
    (condaTool(words[0] ?? '') !== undefined && words[1] === 'shell.bash')
  );
}

/** System packages, cleaning and other commands that leave nothing that the image needs. */
function leavesNothing(command: ShellCommand): boolean {
  const [program = ''] = command.words;
  if (program === 'mkdir' || program === 'echo' || program === 'printf') return false;
  return (
    aptAction(command) !== undefined ||
    isHarmless(command) ||
    (program === 'find' && (command.words.includes('-delete') || /-exec rm /.test(command.words.join(' '))))
  );
}
