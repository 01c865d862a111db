import { posix } from 'node:path';
import { aptAction } from '../apt-command.ts';
import type { Instruction, ShellCommand } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';
import { projectToolOf, readProjectInstall, readToolRun } from '../project-tool-command.ts';
import { type ClassifiedInstruction, classifyInstruction, isHarmless } from './classify-instruction.ts';

/** An instruction as the rewrites for uv, Poetry, PDM and Pipenv see it. */
export interface ToolInstruction {
  readonly instruction: Instruction;
  /** `tool`: brings or configures the tool alone; `install`: puts distributions into an environment, or makes one; else as for pip. */
  readonly kind: 'tool' | 'install' | Exclude<ClassifiedInstruction['role'], 'dependencies'>;
  readonly classified: ClassifiedInstruction;
  /** Commands of an installing RUN whose results would stay behind in a builder stage. */
  readonly otherCommands: readonly ShellCommand[];
}

const toolDistributions =
  /^(uv|poetry([-_](core|plugin[-\w]*|dynamic-versioning))?|pdm(-[\w-]+)?|pipenv|pipx|pip|setuptools|wheel|virtualenv|keyring|keyrings\.[\w.-]+|artifacts-keyring)$/i;
const installers =
  /astral\.sh\/uv|(install\.python-poetry\.org|get-poetry|install-poetry)|pdm-project\.org|install-pdm|uv-installer|raw\.githubusercontent\.com\/pypa\/pipenv/;

/** Sorts an instruction into what the tools do and everything else. */
export function classifyToolInstruction(instruction: Instruction): ToolInstruction {
  const classified = classifyInstruction(instruction);
  const commands = instruction.commands ?? [];
  const isInstall = commands.some(isInstalling);
  const isTool =
    (instruction.syntax.keyword === 'add' && installers.test(instruction.syntax.value)) ||
    (classified.role === 'copy-from' && isToolCopy(instruction)) ||
    (commands.some(isToolCommand) && commands.every((one) => isToolCommand(one) || isAside(one)));
  return {
    instruction,
    classified,
    kind: isInstall ? 'install' : isTool ? 'tool' : otherKind(classified),
    otherCommands: isInstall
      ? commands.filter((one) => !isInstalling(one) && !isToolCommand(one) && !isAside(one))
      : [],
  };
}

function otherKind({ role }: ClassifiedInstruction): ToolInstruction['kind'] {
  return role === 'dependencies' ? 'other' : role;
}

/** `COPY --from=ghcr.io/astral-sh/uv:latest /uv /uvx /bin/`, also from a stage or image of another name. */
function isToolCopy({ syntax }: Instruction): boolean {
  const words = syntax.json ?? syntax.value.trim().split(/\s+/);
  const sources = words.slice(0, -1);
  return sources.length > 0 && sources.every((source) => /(^|\/)(uvx?|poetry|pdm|pipenv)$/.test(source));
}

/** Does the command put distributions into an environment, or make one? Installing the tool itself is not that. */
export function isInstalling(command: ShellCommand): boolean {
  if (readProjectInstall(command) !== undefined || makesEnvironment(command)) return true;
  const pip = readPipInstall(command) ?? readPipInstall(insideTool(command));
  return pip !== undefined && !isToolCommand(command);
}

/** The command that a tool's `run` starts, or the command itself. */
function insideTool(command: ShellCommand): ShellCommand {
  const run = readToolRun(command.words);
  if (run === undefined || run === 'unsure') return command;
  return {
    ...command,
    words: command.words.slice(run.droppedWords),
    wordRanges: command.wordRanges.slice(run.droppedWords),
  };
}

/** `python -m venv /opt/venv`, `uv venv`: an empty environment. */
export function makesEnvironment({ words }: ShellCommand): boolean {
  const program = posix.basename(words[0] ?? '');
  if (program === 'uv') return words[1] === 'venv';
  const isPython = /^python(\d+(\.\d+)?)?$/.test(program);
  return (
    (isPython && words[1] === '-m' && /^(venv|virtualenv)$/.test(words[2] ?? '')) || program === 'virtualenv'
  );
}

/** Does the command bring, configure or clean a tool, and nothing else? */
export function isToolCommand(command: ShellCommand): boolean {
  const [program = '', ...rest] = command.words;
  const name = posix.basename(program);
  const pip = readPipInstall(command);
  if (pip !== undefined) {
    const isToolAlone = pip.requirements.every((word) => toolDistributions.test(nameOf(word.text)));
    return isToolAlone && pip.requirementFiles.length + pip.localPaths.length === 0;
  }
  if (projectToolOf(program) !== undefined)
    return (
      readProjectInstall(command) === undefined &&
      readToolRun(command.words) === undefined &&
      !makesEnvironment(command)
    );
  if (name === 'pipx')
    return rest.every(
      (word) =>
        word.startsWith('-') ||
        /^(install|ensurepath|inject)$/.test(word) ||
        toolDistributions.test(nameOf(word)),
    );
  if (/^(curl|wget)$/.test(name)) return rest.some((word) => installers.test(word));
  if (/^(sh|bash|python3?)$/.test(name))
    return !command.isTopLevel
      ? rest.every((word) => /^-|^\d/.test(word))
      : rest.some((word) => /(uv|poetry|pdm)[-_]?install|install[-_](uv|poetry|pdm)|get-poetry/.test(word));
  if (/^(ln|mv|cp|source|\.|chmod)$/.test(name))
    return rest.some((word) =>
      /\b(uvx?|poetry|pdm|pipenv)$|\.local\/bin\/env$|\.cargo\/env$|poetry\/env$/.test(word),
    );
  return false;
}

/** Is it pip that brings one of the tools, alone or with pip and the like: `pip install --upgrade pip uv`? */
export function isToolPip(command: ShellCommand): boolean {
  const names = readPipInstall(command)?.requirements.map((word) => nameOf(word.text)) ?? [];
  return isToolCommand(command) && names.some((name) => projectToolOf(name) !== undefined);
}

/** System packages, cleaning and other commands that leave nothing that the image needs. */
function isAside(command: ShellCommand): boolean {
  return (
    aptAction(command) !== undefined ||
    isHarmless(command) ||
    (command.words[0] === 'find' && command.words.includes('-delete'))
  );
}

function nameOf(requirement: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(requirement)?.[0] ?? '';
}
