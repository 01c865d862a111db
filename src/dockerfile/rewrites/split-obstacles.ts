import { posix } from 'node:path';
import type { Instruction, ShellCommand, Stage } from '../model.ts';
import { hasPipOption } from '../pip-command.ts';
import { runsSetup } from '../programs.ts';
import type { ClassifiedInstruction } from './classify-instruction.ts';
import { filledIn } from './filled-in.ts';
import { hiddenInstalls } from './hidden-installs.ts';
import { copiesAbove, localObstacle, localPackages } from './local-packages.ts';
import { pythonModulePackages } from './make-environment.ts';
import type { ResolvedDockerfile, RewriteFacts } from './rewrite.ts';

const otherInstallers = new Map([
  ['poetry', 'Poetry'],
  ['pdm', 'PDM'],
  ['pipenv', 'Pipenv'],
  ['conda', 'conda'],
  ['mamba', 'conda'],
  ['micromamba', 'conda'],
  ['pixi', 'pixi'],
  ['hatch', 'Hatch'],
]);

/** What the obstacles are looked for in. */
export interface SplitQuestion {
  readonly stage: Stage;
  readonly classified: readonly ClassifiedInstruction[];
  readonly facts: RewriteFacts;
  readonly placeOf: PlaceOf;
  readonly quoteOf: PlaceOf;
}

type PlaceOf = ResolvedDockerfile['placeOf'];

/** Everything that makes the split of a stage unsafe, in words for its user; empty when it may be split. */
export function splitObstacles({ stage, classified, facts, placeOf, quoteOf }: SplitQuestion): string[] {
  const lastInstall = classified.findLastIndex((one) => one.role === 'dependencies');
  return [
    ...classified.flatMap((one) => onbuildObstacle(one, placeOf)),
    ...installerObstacles(classified, placeOf),
    ...classified.flatMap((one) => hiddenObstacles(one, placeOf)),
    ...classified.flatMap((one) => installObstacles(one, { stage, classified, facts, placeOf, quoteOf })),
    ...classified.slice(0, lastInstall).flatMap((one) => earlyWorkObstacle(one, { placeOf, quoteOf })),
    ...stage.instructions.flatMap((one) => absolutePathObstacle(one, placeOf)),
    ...pythonModulePackages(stage).map(
      (name) => `the system package ${name} brings Python modules, which a virtual environment would not see`,
    ),
    ...facts.hardCodedPaths.map(
      (place) => `${place.file}:${place.line} names the installation path ${place.text}`,
    ),
  ];
}

export function onbuildObstacle({ instruction }: ClassifiedInstruction, placeOf: PlaceOf): string[] {
  return instruction.syntax.keyword === 'onbuild'
    ? [`${placeOf(instruction.syntax)}: ONBUILD acts in images built from this one`]
    : [];
}

/** What is installed where a virtual environment, or a stage, would not get it. */
export function hiddenObstacles({ instruction }: ClassifiedInstruction, placeOf: PlaceOf): string[] {
  const setup = (instruction.commands ?? []).some(runsSetup)
    ? ['`setup.py` is called directly, and what it compiles and where it installs is not known']
    : [];
  return [...hiddenInstalls(instruction), ...setup].map(
    (because) => `${placeOf(instruction.syntax)}: ${because}`,
  );
}

/** Dependencies that another program than pip installs, in words for the user. */
export function installerObstacles(classified: readonly ClassifiedInstruction[], placeOf: PlaceOf): string[] {
  return classified.flatMap(({ instruction }) =>
    (instruction.commands ?? []).flatMap((command) => {
      const program = posix.basename(command.words[0] ?? '');
      const name = program === 'uv' && command.words[1] === 'sync' ? 'uv sync' : otherInstallers.get(program);
      return name === undefined
        ? []
        : [`${placeOf(instruction.syntax)}: the dependencies are installed by ${name}`];
    }),
  );
}

function installObstacles(
  one: ClassifiedInstruction,
  { stage, classified, facts, placeOf }: SplitQuestion,
): string[] {
  if (one.role !== 'dependencies') return [];
  const where = placeOf(one.instruction.syntax);
  const found: string[] = [];
  for (const command of one.otherCommands) {
    found.push(
      `${where}: \`${command.words.slice(0, 4).join(' ')}\` runs in the same RUN as the installation, and its results would be left behind`,
    );
  }
  for (const install of one.installs) {
    if (hasPipOption(install, '-t', '--target', '--prefix', '--root')) {
      found.push(`${where}: pip installs to a place of its own (--target, --prefix or --root)`);
    }
    const program = install.command.words[0] ?? '';
    if (program === 'sudo') found.push(`${where}: sudo looks past a virtual environment on PATH`);
    if (program.startsWith('/usr/'))
      found.push(`${where}: ${program} is the system's Python by absolute path`);
    const copies = copiesAbove(one, classified);
    for (const local of localPackages(install, one.instruction.before.workdir, copies)) {
      const isElsewhere = one.instruction.commands?.some(({ words }) => words[0] === 'cd') === true;
      const obstacle = isElsewhere
        ? `\`${local.text}\` is installed from the source tree`
        : localObstacle(local, install, { stage, facts, place: one.instruction });
      if (obstacle !== undefined) found.push(`${where}: ${obstacle}`);
    }
    for (const file of [...install.requirementFiles, ...install.constraintFiles]) {
      if (filledIn(file.text, one.instruction.before.env).includes('$'))
        found.push(`${where}: the requirements file ${file.text} comes from a variable`);
      if (facts.requirementsWithSource.has(posix.basename(file.text))) {
        found.push(`${where}: ${file.text} installs something from the source tree`);
      }
    }
  }
  return found;
}

/** `python3 --version` leaves nothing behind. */
function asksForVersion({ words }: ShellCommand): boolean {
  return words.length === 2 && /^(--version|-V)$/.test(words[1] ?? '');
}

function earlyWorkObstacle(
  { role, instruction }: ClassifiedInstruction,
  { placeOf, quoteOf }: Pick<SplitQuestion, 'placeOf' | 'quoteOf'>,
): string[] {
  const isQuestion = instruction.commands?.every(asksForVersion) === true;
  if (role !== 'other' || isQuestion) return [];
  return [
    `${placeOf(instruction.syntax)}: ${quoteOf(instruction.syntax)} runs before the installation, and what it leaves for pip or for the application is not known`,
  ];
}

export function absolutePathObstacle(instruction: Instruction, placeOf: PlaceOf): string[] {
  const { keyword, value } = instruction.syntax;
  if (keyword === 'env' && /(^|\s)PATH[= ]/.test(value) && !/\$\{?PATH/.test(value)) {
    return [`${placeOf(instruction.syntax)}: PATH is set without the inherited one`];
  }
  if (!['cmd', 'entrypoint', 'env', 'healthcheck', 'copy', 'run'].includes(keyword)) return [];
  const path =
    /\/usr\/(local\/)?(bin\/(python|pip|uvicorn|gunicorn|celery|flask|streamlit|jupyter)[\d.]*|lib\/python3?[\d.]*\/(site|dist)-packages)|\S*\/\.local\/(lib\/python\S*|bin\/\w[\w.-]*)/.exec(
      value,
    );
  return path === null ? [] : [`${placeOf(instruction.syntax)} names the installation path ${path[0]}`];
}
