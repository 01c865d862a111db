import { posix } from 'node:path';
import { readCondaRun } from '../conda-command.ts';
import type { Instruction, ShellCommand, Stage } from '../model.ts';
import { hasPipOption } from '../pip-command.ts';
import { aptInstalls } from './apt-installs.ts';
import { userOf } from './base-user.ts';
import { type CondaBase, readCondaBase } from './conda-base.ts';
import { activatedBefore, type CondaInstruction, classifyCondaInstruction } from './conda-commands.ts';
import {
  activeEnvironment,
  type CondaEnvironment,
  environmentFile,
  installEnvironment,
  namedEnvironment,
} from './conda-environment.ts';
import type { CondaStage } from './conda-stage-model.ts';
import { startObstacles, startsForPeople } from './conda-start-obstacles.ts';
import { copiesAbove, localObstacle, localPackages } from './local-packages.ts';
import type { ResolvedDockerfile, RewriteFacts } from './rewrite.ts';
import { onbuildObstacle } from './split-obstacles.ts';

/** Reads the stage; undefined when its base brings no conda, or nothing is installed with conda. */
export function readCondaStage(dockerfile: ResolvedDockerfile, facts: RewriteFacts): CondaStage | undefined {
  const { model } = dockerfile;
  const stage = model.stages[model.target];
  const base = stage === undefined || stage.baseStage !== undefined ? undefined : readCondaBase(stage.base);
  if (stage === undefined || base === undefined) return undefined;
  const instructions = stage.instructions.map(classifyCondaInstruction);
  if (!instructions.some((one) => one.kind === 'install')) return undefined;
  const found = environmentsOf(instructions, { base, facts });
  const named = found.known.filter(({ prefix }) => prefix !== base.prefix);
  // Of micromamba's image all environments are copied: it is what the final stage runs on, too.
  const environment =
    base.kind === 'micromamba' ? { name: 'base', prefix: base.prefix } : (named[0] ?? found.known[0]);
  const read: Omit<CondaStage, 'obstacles'> = {
    stage,
    base,
    instructions,
    first: instructions.findIndex((one) => one.kind === 'install'),
    last: instructions.findLastIndex((one) => one.kind === 'install'),
    environment,
  };
  const obstacles = obstaclesOf({ read, dockerfile, facts, found });
  return { ...read, obstacles: [...new Set(obstacles)] };
}

interface FoundEnvironments {
  /** Each once, in the order of the installations. */
  readonly known: readonly CondaEnvironment[];
  /** Installations of whose environment nothing is known. */
  readonly unknown: readonly Instruction[];
}

function environmentsOf(
  instructions: readonly CondaInstruction[],
  context: { readonly base: CondaBase; readonly facts: RewriteFacts },
): FoundEnvironments {
  const known = new Map<string, CondaEnvironment>();
  const unknown: Instruction[] = [];
  const add = (found: CondaEnvironment | undefined, instruction: Instruction): void => {
    if (found === undefined) unknown.push(instruction);
    else known.set(found.prefix, found);
  };
  const activeAt = (command: ShellCommand, instruction: Instruction): CondaEnvironment | undefined => {
    const name = activatedBefore(command, instruction);
    return name === undefined
      ? undefined
      : namedEnvironment({ name, prefix: undefined }, instruction, context.base);
  };
  for (const { instruction, installs } of instructions)
    for (const install of installs) {
      const isPlain =
        install.name === undefined &&
        install.prefix === undefined &&
        /^(install|update|upgrade)$/.test(install.command.words[1] ?? '');
      add(
        (isPlain ? activeAt(install.command, instruction) : undefined) ??
          installEnvironment(install, instruction, context),
        instruction,
      );
    }
  const prefixes = [...known.keys()];
  for (const { instruction, pips } of instructions)
    for (const pip of pips) {
      const command = instruction.commands?.find((one) => one.range.start === pip.command.range.start);
      const run = command === undefined ? undefined : readCondaRun(command.words);
      const ofRun =
        run === undefined || run === 'unsure' ? undefined : namedEnvironment(run, instruction, context.base);
      add(
        ofRun ?? activeAt(pip.command, instruction) ?? activeEnvironment(instruction, context.base, prefixes),
        instruction,
      );
    }
  return { known: [...known.values()], unknown };
}

interface Question {
  readonly read: Omit<CondaStage, 'obstacles'>;
  readonly dockerfile: ResolvedDockerfile;
  readonly facts: RewriteFacts;
  readonly found: FoundEnvironments;
}

function obstaclesOf({ read, dockerfile, facts, found }: Question): string[] {
  const { model, placeOf } = dockerfile;
  const { stage, base, instructions, last } = read;
  const from = placeOf(stage.from);
  if (model.stages.some((other) => other.baseStage === stage.position))
    return [`${from}: another stage grows from the one that conda installs in`];
  const isSame = base.kind === 'micromamba';
  if (isSame && !hasBuildPackages(stage, facts))
    return [
      `${from}: ${stage.base} is a small Debian with one program beside it, whose _entrypoint.sh activates the environment at each start, and nothing here is for building; what has been downloaded goes by conda-clean`,
    ];
  return [
    ...instructions.flatMap((one) => onbuildObstacle(one.classified, placeOf)),
    ...(isSame ? [] : environmentObstacles(found, placeOf)),
    ...settingObstacles(stage, placeOf),
    ...instructions
      .slice(0, last)
      .flatMap(({ kind, instruction }) =>
        kind === 'other'
          ? [
              `${placeOf(instruction.syntax)}: \`${instruction.syntax.value.trim().replace(/\s+/g, ' ').slice(0, 60)}\` runs before the last installation, and what it leaves for the application is not known`,
            ]
          : [],
      ),
    ...instructions.flatMap((one) => installObstacles(one, { read, dockerfile, facts, found })),
    ...(isSame ? startsForPeople(stage, placeOf) : []),
    ...(found.known.length === 1 && !isSame ? startObstacles(read, dockerfile, facts) : []),
  ];
}

/** Compilers and headers, which only the installation needs. */
function hasBuildPackages(stage: Stage, facts: RewriteFacts): boolean {
  return aptInstalls(stage).some(({ install }) =>
    install.packages.some(({ name }) => /^(build|header)$/.test(facts.classifyPackage(name).purpose)),
  );
}

function environmentObstacles(
  { known, unknown }: FoundEnvironments,
  placeOf: ResolvedDockerfile['placeOf'],
): string[] {
  return [
    ...unknown.map(
      (instruction) => `${placeOf(instruction.syntax)}: which environment this installs into is not known`,
    ),
    ...(known.length > 1
      ? [`conda installs into more than one environment (${known.map(({ name }) => name).join(', ')})`]
      : []),
  ];
}

const settings =
  /softlink|CONDA_ENVS_(PATH|DIRS)|envs_dirs|CONDA_ROOT_PREFIX|MAMBA_ROOT_PREFIX|conda[- ]pack\b|BASH_ENV|config vars\b|--stack\b/i;

/** Settings with which an environment lies elsewhere, needs the package cache, or is more than its files. */
function settingObstacles(stage: Stage, placeOf: ResolvedDockerfile['placeOf']): string[] {
  return stage.instructions.flatMap(({ syntax }) => {
    const setting = ['env', 'arg', 'run', 'shell'].includes(syntax.keyword)
      ? settings.exec(syntax.value)
      : null;
    return setting === null
      ? []
      : [`${placeOf(syntax)}: with \`${setting[0]}\` an environment is more than what lies at its path`];
  });
}

function installObstacles(one: CondaInstruction, { read, dockerfile, facts }: Question): string[] {
  if (one.kind !== 'install') return [];
  const { instruction } = one;
  const where = dockerfile.placeOf(instruction.syntax);
  const user = userOf(instruction, dockerfile.model);
  const builder = one.installs
    .flatMap(({ packages }) => packages)
    .find((name) => /^([\w-]+::)?(boa|conda-build|conda-smithy|constructor|rattler-build)\b/.test(name));
  const hasEditables = one.installs.some(
    (install) => environmentFile(install, facts)?.conda?.hasEditables === true,
  );
  return [
    ...(user === undefined || (read.base.kind === 'micromamba' && isMambaUser(user))
      ? []
      : [`${where}: the environment belongs to ${user}, and copying it would change that`]),
    ...(builder === undefined
      ? []
      : [`${where}: ${builder} makes packages when it runs, with compilers and programs of the system`]),
    ...one.otherCommands.map(
      (command) =>
        `${where}: \`${command.words.slice(0, 4).join(' ')}\` runs in the same RUN as the installation, and its results would be left behind`,
    ),
    ...(/>\s*(?!\/dev\/null|&|~?\S*bashrc)\S/.test(instruction.syntax.value.replace(/(['"]).*?\1/g, ''))
      ? [`${where}: it writes into a file, which would be left behind`]
      : []),
    ...(hasEditables
      ? [`${where}: the environment file installs something from the source tree in editable form`]
      : []),
    ...pipObstacles(one, { read, facts }, where),
  ];
}

/** The user of micromamba's image, whom COPY can name there. */
export function isMambaUser(user: string): boolean {
  return /^(mambauser|\$\{?MAMBA_USER(_ID)?\}?|57439)(:|$)/.test(user);
}

function pipObstacles(
  { instruction, pips, classified }: CondaInstruction,
  { read, facts }: Pick<Question, 'read' | 'facts'>,
  where: string,
): string[] {
  const all = read.instructions.map((one) => one.classified);
  const isElsewhere = instruction.commands?.some(({ words }) => words[0] === 'cd') === true;
  return pips.flatMap((pip) => {
    if (hasPipOption(pip, '-t', '--target', '--prefix', '--root', '--user'))
      return [`${where}: pip installs to a place of its own`];
    const source = [...pip.requirementFiles, ...pip.constraintFiles].find(({ text }) =>
      facts.requirementsWithSource.has(posix.basename(text)),
    );
    if (source !== undefined) return [`${where}: ${source.text} installs something from the source tree`];
    const copies = copiesAbove(classified, all);
    return localPackages(pip, instruction.before.workdir, copies).flatMap((local) => {
      const obstacle = isElsewhere
        ? `\`${local.text}\` is installed from the source tree`
        : localObstacle(local, pip, { stage: read.stage, facts, place: instruction });
      return obstacle === undefined ? [] : [`${where}: ${obstacle}`];
    });
  });
}
