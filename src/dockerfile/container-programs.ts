import { posix } from 'node:path';
import type { DockerfileModel, Instruction, ShellCommand } from './model.ts';
import { readPipInstall } from './pip-command.ts';
import { withInner } from './programs.ts';
import { readToolRun } from './project-tool-command.ts';
import { readScriptText } from './shell-commands.ts';
import { keptStages, rootBase, shippedStages, stageNamed } from './stage-chain.ts';
import { bareCommand, startedProgram } from './started-program.ts';

/** A program that the container starts by its ENTRYPOINT or CMD. */
export interface ContainerProgram {
  /** `uvicorn`, also for `python -m uvicorn`. */
  readonly program: string;
  /** The instruction that names it. */
  readonly instruction: Instruction;
  /** The tool that starts it in its own environment: `uv run uvicorn`. */
  readonly isByTool: boolean;
  /** The tool installs what the project asks for before: `uv run` without `--no-sync`. */
  readonly isSyncing: boolean;
}

/**
 * The programs that ENTRYPOINT and CMD of the target start, by their names: those that run in any case, behind shells, `exec`, `tini` and
 * their like. None for files that are called by a relative path, and none where the base image says what is started.
 */
export function containerPrograms(model: DockerfileModel): readonly ContainerProgram[] {
  const { entrypoint, cmd } = startInstructions(model);
  const first = entrypoint ?? cmd;
  if (first === undefined) return [];
  const isWhole = entrypoint !== undefined && entrypoint.syntax.json === undefined;
  // The shell form of ENTRYPOINT sets CMD aside (Dockerfile reference, "Understand how CMD and ENTRYPOINT interact").
  const behind = entrypoint === undefined || isWhole ? undefined : cmd;
  const lead = wordsOf(first);
  const words = [...lead, ...(behind === undefined ? [] : wordsOf(behind))];
  return programsOf(words, 0).map(({ at, ...found }) => ({
    ...found,
    instruction: at < lead.length || behind === undefined ? first : behind,
  }));
}

/** An ENTRYPOINT sets aside the CMD of what its stage starts from (`dispatchEntrypoint` in BuildKit's `convert.go`). */
function startInstructions(model: DockerfileModel): Partial<Record<'entrypoint' | 'cmd', Instruction>> {
  let entrypoint: Instruction | undefined;
  let cmd: Instruction | undefined;
  for (const { instructions } of keptStages(model)) {
    const last = (keyword: string): Instruction | undefined =>
      instructions.findLast(({ syntax }) => syntax.keyword === keyword);
    const [ownEntrypoint, ownCmd] = [last('entrypoint'), last('cmd')];
    if (ownEntrypoint !== undefined) cmd = undefined;
    entrypoint = ownEntrypoint ?? entrypoint;
    cmd = ownCmd ?? cmd;
  }
  return { ...(entrypoint && { entrypoint }), ...(cmd && { cmd }) };
}

function wordsOf({ syntax }: Instruction): readonly string[] {
  return syntax.json ?? ['/bin/sh', '-c', syntax.value];
}

interface FoundProgram extends Omit<ContainerProgram, 'instruction'> {
  /** The word that leads to it. */
  readonly at: number;
}

const plain = { isByTool: false, isSyncing: false };

const inits = /^(?:tini|dumb-init|catatonit)$/;
const initValues = /^-[per]$/;

function programsOf(words: readonly string[], from: number): readonly FoundProgram[] {
  const bare = bareCommand(words.slice(from)).kept.map((at) => at + from);
  const [at = from] = bare;
  const rest = words.slice(at);
  const [word = ''] = rest;
  const name = posix.basename(word);
  if (inits.test(name)) {
    let next = at + 1;
    while (words[next]?.startsWith('-') === true) next += initValues.test(words[next] ?? '') ? 2 : 1;
    return words[next] === undefined ? [] : programsOf(words, next);
  }
  const started = startedProgram(rest);
  if (started?.kind === 'words') return programsOf(words, at + started.at);
  if (started?.kind === 'text') return programsInText(rest[started.at] ?? '', at + started.at);
  const run = readToolRun(rest);
  if (run === 'unsure') return [];
  if (run !== undefined) {
    const { program, isSyncing } = run;
    return [{ program, isByTool: true, isSyncing, at }];
  }
  const module = /^python[\d.]*$/.test(name) ? moduleOf(rest) : undefined;
  if (module !== undefined) return [{ ...plain, program: module, at }];
  const isByName = !word.includes('/') || /^\/.*\/bin\/[^/]+$/.test(word);
  return isByName && /^[\w.-]+$/.test(name) ? [{ ...plain, program: name, at }] : [];
}

/** `[ -n "$DEV" ] && …`, `which uvicorn && …`: what stands behind a question may not run. */
const question = /(?:^|[\s;&|(])(?:\[\[?|test|which|command\s+-[vV])\s/;

/** The commands that run in any case: `exec uvicorn …`, `alembic upgrade head && uvicorn …`. */
function programsInText(text: string, at: number): readonly FoundProgram[] {
  if (question.test(text)) return [];
  const commands = readScriptText(text) ?? [];
  return commands
    .filter(({ isTopLevel, branches }) => isTopLevel && branches === undefined)
    .flatMap(({ words }) => programsOf(words, 0))
    .map((found) => ({ ...found, at }));
}

/** `python -u -m uvicorn app:app`. */
function moduleOf(words: readonly string[]): string | undefined {
  const at = words.findIndex((word, position) => position > 0 && (word === '-m' || !word.startsWith('-')));
  return words[at] === '-m' ? words[at + 1] : undefined;
}

/** Images with a system, Python and uv, and no other program of Python. */
const plainBase =
  /^(?:(?:docker\.io|public\.ecr\.aws\/docker)\/)?(?:library\/)?(?:python|debian|ubuntu|alpine|nvidia\/cuda|pypy):|^ghcr\.io\/astral-sh\/uv:|^scratch$/;

/**
 * Whether a program may have come into the image otherwise than by pip's requirements: with a base image of somebody's, a package of the
 * system, a copied file, or a script whose content is unknown.
 */
export function mayComeOtherwise(model: DockerfileModel, program: string): boolean {
  const stages = shippedStages(model);
  return (
    stages.some((stage) => !plainBase.test(rootBase(model, stage))) ||
    stages.some(({ instructions }) => instructions.some((one) => mayBring(one, program, model)))
  );
}

function mayBring(instruction: Instruction, program: string, model: DockerfileModel): boolean {
  const { syntax, commands } = instruction;
  if (syntax.keyword === 'run')
    return commands === undefined || commands.flatMap(withInner).some((one) => mayInstall(one, program));
  if (syntax.keyword !== 'copy' && syntax.keyword !== 'add') return false;
  const from = syntax.flags.find(({ name }) => name === 'from')?.value;
  if (from !== undefined)
    return stageNamed(model, from) === undefined && !/^ghcr\.io\/astral-sh\/uv\b/.test(from);
  // A file of that name, an environment, a folder of programs, an address, an archive.
  return (
    syntax.value.includes(program) ||
    /(?:^|[\s/"'])(?:\.?v?env|site-packages|s?bin|wheel\w*)(?:[\s/"',\]]|$)/.test(syntax.value) ||
    (syntax.keyword === 'add' && /:\/\/|\.(?:tar|tgz|tar\.\w+|zip)\b/.test(syntax.value))
  );
}

const unread =
  /^\.{0,2}\/|\.sh$|^(?:ba|da|z)?sh$|^\$|^(?:source|\.|eval|xargs|make|conda|mamba|micromamba|nix\S*|pixi|pipx|ansible\S*)$/;

function mayInstall(command: ShellCommand, program: string): boolean {
  const { words } = command;
  if (readPipInstall(command) !== undefined) return false;
  const name = words[0] === 'sudo' ? (words[1] ?? '') : (words[0] ?? '');
  const isPython = /^\/\S*\/bin\/(?:python[\d.]*|pip[\d.]*)$/.test(name);
  return (
    (unread.test(name) && !isPython) ||
    words.some((word) => word.includes(program)) ||
    (/\binstall\b/.test(words.join(' ')) && words.some((word) => /^\$/.test(word)))
  );
}
