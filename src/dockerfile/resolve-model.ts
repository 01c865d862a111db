import { posix } from 'node:path';
import { messageOf, UserError } from '../base/index.ts';
import type { DockerfileModel, Instruction, Stage, StageState } from './model.ts';
import { readShellScript } from './shell-commands.ts';
import { instructionProblem } from './syntax/check-instruction.ts';
import { expandWord } from './syntax/expand.ts';
import { parseDockerfile } from './syntax/parse.ts';
import { refusalHint } from './syntax/refusal-hint.ts';
import { parseFrom, type StageSyntax, splitStages } from './syntax/split-stages.ts';
import type { DockerfileSyntax, InstructionSyntax } from './syntax/syntax.ts';
import { parseNameValues } from './syntax/words.ts';

/** What a build is given from outside. */
export interface ResolveOptions {
  /** `--build-arg`; also the place for TARGETARCH and the other platform arguments, which have no value here otherwise. */
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** `--target`: a stage's name. */
  readonly target?: string;
  /** For messages; default `Dockerfile`. */
  readonly fileName?: string;
}

/**
 * Resolves a Dockerfile into stages and the state of every instruction, as BuildKit's `dockerfile2llb` does before it builds.
 * References to variables that nothing in the file sets stay as written: the base image may set them.
 * Throws a `UserError` with BuildKit's message and line for what it (in its labs channel) refuses in an instruction, for an unknown target, and for a
 * reference that cannot be read.
 */
export function resolveDockerfile(syntax: DockerfileSyntax, options: ResolveOptions = {}): DockerfileModel {
  const { globalArgs, stages: written } = splitStages(syntax);
  const context: Context = {
    syntax,
    buildArgs: options.buildArgs ?? {},
    fileName: options.fileName ?? 'Dockerfile',
    globals: {},
  };
  checkInstructions(context);
  const globals = resolveGlobalArgs(context, globalArgs);
  const resolving: Context = { ...context, globals: globals.variables };
  const stages: Stage[] = [];
  for (const stage of written) stages.push(resolveStage(resolving, stage, stages));
  return {
    globalArgs: globals.instructions,
    stages,
    target: findTarget(stages, options.target, resolving.fileName),
  };
}

function checkInstructions({ syntax, fileName }: Context): void {
  let hasStage = false;
  for (const instruction of syntax.instructions) {
    const { keyword, startLine } = instruction;
    hasStage ||= keyword === 'from';
    const isStray = !hasStage && keyword !== 'arg';
    const problem =
      instructionProblem(instruction, syntax.escape) ??
      (isStray ? 'no build stage in current context' : undefined);
    if (problem === undefined) continue;
    throw new UserError(`${fileName}:${startLine}: ${problem}`, {
      hint: refusalHint(syntax.text, instruction.keywordAsWritten),
    });
  }
}

const noScript = { commands: undefined, script: undefined, quoted: [] } as const;

interface Context {
  readonly syntax: DockerfileSyntax;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly fileName: string;
  readonly globals: Readonly<Record<string, string>>;
}

const emptyState: StageState = {
  env: {},
  args: {},
  variables: {},
  workdir: undefined,
  user: undefined,
  shell: ['/bin/sh', '-c'],
};

/** Bases of Windows, whose shell is another: `mcr.microsoft.com/windows/servercore`, `golang:1.23-nanoserver`. */
const windowsBase = /windowsservercore|nanoserver|(?:^|\/)windows(?:\/|:|$)/i;

/** What is known before the first instruction of a stage on top of an image. */
function startOf(base: string, platform: string): StageState {
  if (base === 'scratch') return { ...emptyState, workdir: '/' };
  const isWindows = windowsBase.test(base) || platform.startsWith('windows');
  return isWindows ? { ...emptyState, shell: ['cmd', '/S', '/C'] } : emptyState;
}

/** Arguments that a build sets by itself, and that FROM sees without a declaration. */
const platformArgs = ['TARGET', 'BUILD'].flatMap((side) =>
  ['PLATFORM', 'OS', 'OSVERSION', 'ARCH', 'VARIANT'].map((part) => side + part),
);

function resolveGlobalArgs(
  context: Context,
  globalArgs: readonly InstructionSyntax[],
): { instructions: readonly Instruction[]; variables: Readonly<Record<string, string>> } {
  const given = platformArgs.flatMap((name) => {
    const value = ownValue(context.buildArgs, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  let state: StageState = { ...emptyState, variables: Object.fromEntries(given) };
  const instructions: Instruction[] = [];
  for (const syntax of globalArgs) {
    instructions.push({ syntax, stage: -1, before: state, ...noScript });
    state = withArgs(context, state, syntax);
  }
  return { instructions, variables: state.variables };
}

function resolveStage(context: Context, written: StageSyntax, earlier: readonly Stage[]): Stage {
  const position = earlier.length;
  const { base: baseAsWritten, name, platform } = parseFrom(written.from);
  const base = expand(context, written.from, { word: baseAsWritten, variables: context.globals });
  // Stage names are kept in lower case, and a base is looked up as written: `FROM Build` is no stage.
  const baseStage = earlier.findLast((stage) => stage.name === base);
  let state = baseStage === undefined ? startOf(base, platform ?? '') : afterTriggers(context, baseStage);
  const instructions: Instruction[] = [];
  for (const syntax of written.instructions) {
    const script = readShellScript(context.syntax.text, syntax, state.shell);
    instructions.push({
      syntax,
      stage: position,
      before: state,
      ...(script === undefined
        ? noScript
        : { commands: script.commands, script: script.range, quoted: script.quoted }),
    });
    state = stateAfter(context, state, syntax);
  }
  return {
    position,
    name,
    baseAsWritten,
    base,
    baseStage: baseStage?.position,
    platform,
    from: written.from,
    instructions,
    after: state,
  };
}

/** What a stage on top of another starts with: the ONBUILDs of that one, of its own lines alone, come first. */
function afterTriggers(context: Context, { instructions, after }: Stage): StageState {
  return instructions
    .flatMap(({ syntax }) => (syntax.keyword === 'onbuild' ? readTrigger(syntax.value) : []))
    .reduce((state, syntax) => stateAfter(context, state, syntax), after);
}

/** BuildKit reads a trigger when it runs; one that it cannot read is left out here. */
function readTrigger(trigger: string): readonly InstructionSyntax[] {
  try {
    return parseDockerfile(`FROM scratch\n${trigger}`).instructions.slice(1);
  } catch {
    return [];
  }
}

function stateAfter(context: Context, state: StageState, syntax: InstructionSyntax): StageState {
  const expanded = (word: string): string => expand(context, syntax, { word, variables: state.variables });
  switch (syntax.keyword) {
    case 'arg':
      return withArgs(context, state, syntax);
    case 'env':
      return withEnv(context, state, syntax);
    case 'workdir':
      return { ...state, workdir: joinWorkdir(state.workdir, expanded(syntax.value)) };
    case 'user':
      return { ...state, user: expanded(syntax.value) };
    case 'shell':
      return { ...state, shell: syntax.json ?? state.shell };
    default:
      return state;
  }
}

/** All values of one ENV are expanded with the variables before it. */
function withEnv(context: Context, state: StageState, syntax: InstructionSyntax): StageState {
  const pairs = parseNameValues(syntax, context.syntax.escape).map(({ name, value }) => {
    const word = { word: value ?? '', variables: state.variables };
    return [expand(context, syntax, { ...word, word: name }), expand(context, syntax, word)] as const;
  });
  const set = Object.fromEntries(pairs);
  return { ...state, env: { ...state.env, ...set }, variables: { ...state.variables, ...set } };
}

/** Names are taken as written. A build argument beats the default; without both, a global ARG of that name gives the value. */
function withArgs(context: Context, state: StageState, syntax: InstructionSyntax): StageState {
  const args: Record<string, string | undefined> = { ...state.args };
  const variables: Record<string, string> = { ...state.variables };
  for (const pair of parseNameValues(syntax, context.syntax.escape)) {
    const { name } = pair;
    const value =
      ownValue(context.buildArgs, name) ??
      (pair.value === undefined
        ? ownValue(context.globals, name)
        : expand(context, syntax, { word: pair.value, variables }));
    args[name] = value;
    if (value !== undefined) variables[name] = value;
  }
  return { ...state, args, variables };
}

/** Absolute paths replace; a reference at the start (`$HOME/app`) counts as absolute, for nobody knows better. */
function joinWorkdir(before: string | undefined, path: string): string | undefined {
  if (path.startsWith('/')) return posix.normalize(path).replace(/(.)\/$/, '$1');
  if (path.startsWith('$')) return path;
  return before === undefined ? undefined : posix.join(before, path).replace(/(.)\/$/, '$1');
}

function expand(
  context: Context,
  syntax: InstructionSyntax,
  { word, variables }: { readonly word: string; readonly variables: Readonly<Record<string, string>> },
): string {
  try {
    return expandWord(word, variables, { escape: context.syntax.escape, unset: 'keep' }).text;
  } catch (error) {
    throw new UserError(`${context.fileName}:${syntax.startLine}: ${messageOf(error)}`, {
      hint: 'Check quotes, braces and modifiers of the variable references in this line.',
      cause: error,
    });
  }
}

function ownValue(record: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function findTarget(stages: readonly Stage[], target: string | undefined, fileName: string): number {
  if (stages.length === 0) {
    throw new UserError(`${fileName}: dockerfile contains no stages to build`, {
      hint: 'Add a FROM instruction.',
    });
  }
  if (target === undefined) return stages.length - 1;
  const found = stages.findLast((stage) => stage.name === target.toLowerCase());
  if (found !== undefined) return found.position;
  const names = stages.flatMap((stage) => stage.name ?? []);
  throw new UserError(`${fileName}: target stage "${target}" could not be found`, {
    hint:
      names.length === 0
        ? 'No stage of this Dockerfile has a name; leave the target out, or name a stage with FROM … AS name.'
        : `Its stages are: ${names.join(', ')}.`,
  });
}
