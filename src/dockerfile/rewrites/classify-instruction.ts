import { aptAction } from '../apt-command.ts';
import type { Instruction, ShellCommand } from '../model.ts';
import { type PipInstall, readPipInstall } from '../pip-command.ts';

/** What an instruction is for, as far as splitting a stage into builder and runtime is concerned. */
export type InstructionRole =
  /** `apt-get update && apt-get install …` and its cleaning, nothing else. */
  | 'system'
  /** `pip install …` (with apt around it or not), or the making of a virtual environment. */
  | 'dependencies'
  /** ENV, ARG, WORKDIR, LABEL, USER, CMD, … */
  | 'state'
  /** COPY or ADD from the build context. */
  | 'copy'
  /** `COPY --from=…`. */
  | 'copy-from'
  /** A RUN that makes directories, users, links, permissions. */
  | 'arrangement'
  /** Any other RUN. */
  | 'other';

/** An instruction with its role and what it installs. */
export interface ClassifiedInstruction {
  readonly instruction: Instruction;
  readonly role: InstructionRole;
  readonly installs: readonly PipInstall[];
  /** The path of a virtual environment that it makes: `/venv`. */
  readonly virtualEnvironment: string | undefined;
  /** Commands beside the installing ones whose results a builder stage would leave behind. */
  readonly otherCommands: readonly ShellCommand[];
}

const harmless = new Set([
  'set',
  'cd',
  'true',
  'echo',
  'rm',
  'mkdir',
  ':',
  'export',
  'which',
  'python',
  'python3',
  'pip',
  'pip3',
  'uv',
  'ls',
  'sync',
  'printf',
]);
const arrangements = new Set([
  'mkdir', 'useradd', 'groupadd', 'adduser', 'addgroup', 'chown', 'chmod', 'ln', 'touch', 'echo', 'set', 'locale-gen', 'usermod', 'printf', 'install',
]); // biome-ignore format: a list

/** Says something of the image, and changes no file of it. */
export function isDeclaration({ syntax }: Instruction): boolean {
  return /^(env|arg|label|expose|user|cmd|entrypoint|stopsignal|workdir)$/.test(syntax.keyword);
}

/** Classifies one instruction; a RUN that cannot be parsed is `other`. */
export function classifyInstruction(instruction: Instruction): ClassifiedInstruction {
  const commands = instruction.commands ?? [];
  const installs = commands.flatMap((command) => readPipInstall(command) ?? []);
  const virtualEnvironment = commands.map(madeEnvironment).find((path) => path !== undefined);
  const otherCommands = commands.filter((command) => !isInstalling(command) && !isHarmless(command));
  const role = roleOf(instruction, installs.length > 0 || virtualEnvironment !== undefined);
  return { instruction, role, installs, virtualEnvironment, otherCommands };
}

function roleOf(instruction: Instruction, isInstall: boolean): InstructionRole {
  const { syntax, commands } = instruction;
  if (syntax.keyword === 'copy' || syntax.keyword === 'add') {
    return syntax.flags.some((flag) => flag.name === 'from') ? 'copy-from' : 'copy';
  }
  if (syntax.keyword !== 'run') return 'state';
  if (isInstall) return 'dependencies';
  if (commands === undefined || commands.length === 0) return 'other';
  if (commands.some((command) => aptAction(command) === 'install' || aptAction(command) === 'update')) {
    return commands.every((command) => aptAction(command) !== undefined || isHarmless(command))
      ? 'system'
      : 'other';
  }
  return commands.every(isArrangement) ? 'arrangement' : 'other';
}

/** Makes directories, users, links, permissions. */
export function isArrangement({ words }: ShellCommand): boolean {
  return arrangements.has(words[0] ?? '');
}

function isInstalling(command: ShellCommand): boolean {
  return (
    readPipInstall(command) !== undefined ||
    aptAction(command) !== undefined ||
    madeEnvironment(command) !== undefined
  );
}

/** `python -c …`, `python train.py` do work; `pip --version`, `pip cache purge`, `rm -rf` do not matter in a builder. */
export function isHarmless(command: ShellCommand): boolean {
  const [program = '', ...rest] = command.words;
  if (/^(python|python3|uv)$/.test(program)) return rest[0] === '--version' || rest[0] === '-V';
  if (/^pip3?$/.test(program))
    return ['--version', 'cache', 'check', 'list', 'freeze', 'config'].includes(rest[0] ?? '');
  // What secret-mounts puts in front of an installation.
  if (program === 'cat') return rest.length > 0 && rest.every((word) => word.startsWith('/run/secrets/'));
  return program === '' || harmless.has(program);
}

/** `python -m venv /venv`, `virtualenv /venv`, `uv venv /venv` → `/venv`. */
function madeEnvironment(command: ShellCommand): string | undefined {
  const words = command.words;
  const program = (words[0] ?? '').split('/').pop() ?? '';
  const isVenv =
    (/^python(\d+(\.\d+)?)?$/.test(program) &&
      words[1] === '-m' &&
      (words[2] === 'venv' || words[2] === 'virtualenv')) ||
    program === 'virtualenv' ||
    (program === 'uv' && words[1] === 'venv');
  return isVenv ? words.slice(1).findLast((word) => word.startsWith('/') || word.startsWith('$')) : undefined;
}
