import { posix } from 'node:path';
import { aptAction } from '../apt-command.ts';
import { readCondaRun } from '../conda-command.ts';
import type { Instruction, ShellCommand, Stage } from '../model.ts';
import type { CondaInstruction } from './conda-commands.ts';
import { pathFolders } from './conda-environment.ts';
import { hasPython, variablesIn } from './conda-stage-files.ts';
import type { CondaStage } from './conda-stage-model.ts';
import { changedCondaStart } from './conda-start.ts';
import type { ResolvedDockerfile, RewriteFacts } from './rewrite.ts';

type Read = Omit<CondaStage, 'obstacles'>;
type PlaceOf = ResolvedDockerfile['placeOf'];

/** What of the running container, or of the steps behind the last installation, needs more of conda than the environment's files. */
export function startObstacles(
  read: Read,
  { syntax, placeOf }: ResolvedDockerfile,
  facts: RewriteFacts,
): string[] {
  const { stage, environment, base, instructions, last } = read;
  const people = [...startsForPeople(stage, placeOf), ...loginShells(read, placeOf)];
  // What is in conda's own environment finds conda beside it, as before.
  if (environment === undefined || environment.prefix === base.prefix) return people;
  const changes = instructions.flatMap(({ instruction, kind }, position) =>
    instruction.syntax.keyword === 'run' && (position <= last || kind === 'setup' || kind === 'install')
      ? []
      : [{ instruction, kind, ...changedCondaStart(instruction, { environment, base, text: syntax.text }) }],
  );
  const isActivated = changes.some((one) => one.isActivated);
  return [
    ...people,
    ...changes.flatMap(({ instruction, doubts }) =>
      doubts.map((doubt) => `${placeOf(instruction.syntax)}: ${doubt}`),
    ),
    ...changes.flatMap((one) => baseObstacle(one, read, placeOf)),
    ...unreached(
      read,
      changes.filter((one) => one.isActivated).map((one) => one.instruction),
    ),
    ...(hasPython(read, facts) || !usesPython(read)
      ? []
      : [
          `nothing says that the environment ${environment.name} has a Python of its own, and conda’s would be left behind`,
        ]),
    ...(isActivated ? variablesIn(read, facts) : []),
    ...[...facts.neededCommands].flatMap(([command, where]) =>
      /^((micro)?mamba|conda|activate)$/.test(command) && !/^[A-Z]+$/.test(where)
        ? [`${where} calls ${command}`]
        : [],
    ),
    ...(facts.condaPaths ?? [])
      .filter(({ text }) => !`${text}/`.startsWith(`${environment.prefix}/`))
      .map(({ file, line, text }) => `${file}:${line} names ${text}`),
  ];
}

/** The words of the last CMD and ENTRYPOINT, of a shell form what stands between blanks. */
function startWords(stage: Stage, keyword: 'cmd' | 'entrypoint'): readonly string[] | undefined {
  const found = stage.instructions.findLast(({ syntax }) => syntax.keyword === keyword)?.syntax;
  if (found === undefined) return undefined;
  return found.json ?? found.value.trim().replace(/["']/g, '').split(/\s+/);
}

const shells = /^(ba|da|a|z)?sh$/;
const callers =
  /^(jupyter|jupyter-(lab|notebook|hub)|jupyterhub|ipython|snakemake|nextflow|mlflow|papermill|code-server)$/;

/** A start that gives people a shell, or is theirs to choose. */
export function startsForPeople(stage: Stage, placeOf: PlaceOf): string[] {
  const [entrypoint, cmd] = [startWords(stage, 'entrypoint'), startWords(stage, 'cmd')];
  if (entrypoint === undefined && cmd === undefined)
    return [
      'the image has neither CMD nor ENTRYPOINT: whoever starts it gets a shell, in which conda may be called',
    ];
  const words = [...(entrypoint ?? []), ...(cmd ?? [])];
  const started = withoutLaunchers(words);
  const program = posix.basename(started[0] ?? '');
  const first = stage.instructions.findLast(({ syntax }) => ['cmd', 'entrypoint'].includes(syntax.keyword));
  const place = first === undefined ? '' : `${placeOf(first.syntax)}: `;
  if (callers.test(program)) return [`${place}${program} may call conda, or lets people do so`];
  const isShellAtEnd = /(&&|;)\s*(exec\s+)?(\/bin\/)?(ba|z)?sh$/.test(words.join(' '));
  if (!shells.test(program))
    return isShellAtEnd ? [`${place}the container starts a shell, in which conda may be called`] : [];
  const options = started.slice(1).filter((word) => word.startsWith('-'));
  if (options.some((word) => /^-\w*[li]|^--login$/.test(word)))
    return [`${place}a login or interactive shell reads what conda has written for it`];
  return started.every((word, at) => at === 0 || word.startsWith('-'))
    ? [`${place}the container starts a shell, in which conda may be called`]
    : [];
}

function withoutLaunchers(words: readonly string[]): readonly string[] {
  let rest = words;
  if (/^(tini|dumb-init|catatonit)$/.test(posix.basename(rest[0] ?? '')))
    rest = rest.slice(
      Math.max(
        1,
        rest.findIndex((word, at) => at > 0 && !word.startsWith('-')),
      ),
    );
  const run = readCondaRun(rest);
  return run === undefined || run === 'unsure' ? rest : rest.slice(run.droppedWords);
}

/** `SHELL ["/bin/bash", "--login", "-c"]` under something that the final stage keeps. */
function loginShells({ instructions, last }: Read, placeOf: PlaceOf): string[] {
  return instructions.flatMap(({ instruction, kind }, position) => {
    const { keyword, json } = instruction.syntax;
    const isShellForm = json === undefined && ['cmd', 'entrypoint', 'run'].includes(keyword);
    const stays = keyword !== 'run' || (position > last && kind === 'other');
    return isShellForm && stays && instruction.before.shell.some((word) => /^-\w*[li]|^--login$/.test(word))
      ? [`${placeOf(instruction.syntax)}: a login or interactive shell reads what conda has written for it`]
      : [];
  });
}

/** Does PATH lead into the environment, before it leads to conda's own? */
export function isOnPath({ before }: Pick<Instruction, 'before'>, { environment, base }: Read): boolean {
  const folders = pathFolders(before, base);
  return (
    folders.find((folder) => folder === `${environment?.prefix}/bin` || folder === `${base.prefix}/bin`) ===
    `${environment?.prefix}/bin`
  );
}

function isInShell({ before }: Instruction): boolean {
  return readCondaRun(before.shell) !== undefined;
}

/** A step behind the last installation that today runs with the programs of conda's own environment. */
function baseObstacle(
  {
    instruction,
    kind,
    isActivated,
  }: Pick<CondaInstruction, 'instruction' | 'kind'> & { readonly isActivated: boolean },
  read: Read,
  placeOf: PlaceOf,
): string[] {
  if (kind !== 'other' || isActivated || isInShell(instruction) || isOnPath(instruction, read)) return [];
  const commands = instruction.commands ?? [];
  if (commands.length > 0 && commands.every(isOfSystem)) return [];
  return [
    `${placeOf(instruction.syntax)}: it runs with the programs of conda’s own environment, which would be left behind`,
  ];
}

const systemPrograms = new Set([
  'wget', 'curl', 'gpg', 'apt-key', 'add-apt-repository', 'dpkg', 'tee', 'cat', 'tar', 'unzip', 'gzip', 'gunzip', 'sed', 'grep', 'mv', 'cp', 'rm',
  'find', 'locale-gen', 'update-locale', 'ldconfig', 'ln', 'chmod', 'chown', 'mkdir', 'echo', 'printf', 'cd', 'set', 'export', 'install', 'test', '[',
]); // biome-ignore format: a list

/** Does a command run what the system has, whatever conda brings? */
function isOfSystem(command: ShellCommand): boolean {
  return aptAction(command) !== undefined || systemPrograms.has(posix.basename(command.words[0] ?? ''));
}

/** The container must start in the environment, not with what conda's own has. */
function unreached(read: Read, activated: readonly Instruction[]): string[] {
  const { stage, environment } = read;
  const starts = stage.instructions.filter(({ syntax }) => ['cmd', 'entrypoint'].includes(syntax.keyword));
  const words = starts.flatMap(({ syntax }) => syntax.json ?? syntax.value.split(/\s+/));
  const isReached =
    isOnPath({ before: stage.after }, read) ||
    starts.some((one) => activated.includes(one) || (one.syntax.json === undefined && isInShell(one))) ||
    words.some((word) => word.startsWith(`${environment?.prefix}/bin/`));
  return isReached
    ? []
    : [`the container starts with the programs of conda’s own environment, not of ${environment?.name}`];
}

function usesPython({ instructions, last }: Read): boolean {
  return instructions.some(
    ({ instruction: { syntax } }, position) =>
      (['cmd', 'entrypoint', 'healthcheck'].includes(syntax.keyword) ||
        (position > last && syntax.keyword === 'run')) &&
      /\b(python[\d.]*|pip3?|\w+\.py|\w+\.sh|uvicorn|gunicorn|flask|streamlit|celery|fastapi|jupyter)\b/.test(
        syntax.value,
      ),
  );
}
