import { posix } from 'node:path';
import type { Instruction, Stage } from '../model.ts';
import { hasPipOption } from '../pip-command.ts';
import type { ClassifiedInstruction } from './classify-instruction.ts';
import type { RewriteFacts } from './rewrite.ts';

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

/** Everything that makes the split of a stage unsafe, in words for its user; empty when it may be split. */
export function splitObstacles(
  stage: Stage,
  classified: readonly ClassifiedInstruction[],
  facts: RewriteFacts,
): readonly string[] {
  const lastInstall = classified.findLastIndex((one) => one.role === 'dependencies');
  return [
    ...classified.flatMap(onbuildObstacle),
    ...classified.flatMap(installerObstacle),
    ...classified.flatMap((one) => installObstacles(one, facts)),
    ...classified.slice(0, lastInstall).flatMap(earlyWorkObstacle),
    ...stage.instructions.flatMap(absolutePathObstacle),
    ...facts.hardCodedPaths.map(
      (place) => `${place.file}:${place.line} names the installation path ${place.text}`,
    ),
  ];
}

const at = (instruction: Instruction): string => `line ${instruction.syntax.startLine}`;

function onbuildObstacle({ instruction }: ClassifiedInstruction): string[] {
  return instruction.syntax.keyword === 'onbuild'
    ? [`${at(instruction)}: ONBUILD acts in images built from this one`]
    : [];
}

function installerObstacle({ instruction }: ClassifiedInstruction): string[] {
  return (instruction.commands ?? []).flatMap((command) => {
    const program = posix.basename(command.words[0] ?? '');
    const name = program === 'uv' && command.words[1] === 'sync' ? 'uv sync' : otherInstallers.get(program);
    return name === undefined ? [] : [`${at(instruction)}: the dependencies are installed by ${name}`];
  });
}

function installObstacles(one: ClassifiedInstruction, facts: RewriteFacts): string[] {
  if (one.role !== 'dependencies') return [];
  const where = at(one.instruction);
  const found: string[] = [];
  for (const command of one.otherCommands) {
    found.push(
      `${where}: \`${command.words.slice(0, 4).join(' ')}\` runs in the same RUN as the installation, and its results would be left behind`,
    );
  }
  for (const install of one.installs) {
    if (hasPipOption(install, '--user', '-t', '--target', '--prefix', '--root')) {
      found.push(`${where}: pip installs to a place of its own (--user, --target, --prefix or --root)`);
    }
    const program = install.command.words[0] ?? '';
    if (program.startsWith('/usr/'))
      found.push(`${where}: ${program} is the system's Python by absolute path`);
    for (const path of install.localPaths)
      found.push(`${where}: \`${path.text}\` is installed from the source tree`);
    for (const file of [...install.requirementFiles, ...install.constraintFiles]) {
      if (file.text.includes('$'))
        found.push(`${where}: the requirements file ${file.text} comes from a variable`);
      if (facts.requirementsWithSource.has(posix.basename(file.text))) {
        found.push(`${where}: ${file.text} installs something from the source tree`);
      }
    }
  }
  const user = one.instruction.before.user;
  if (user !== undefined && user !== 'root' && user !== '0')
    found.push(`${where}: pip runs as the user ${user}`);
  return found;
}

function earlyWorkObstacle(one: ClassifiedInstruction): string[] {
  if (one.role !== 'other') return [];
  const text = one.instruction.syntax.value.slice(0, 60);
  return [
    `${at(one.instruction)}: \`${text}\` runs before the installation, and what it leaves for pip or for the application is not known`,
  ];
}

function absolutePathObstacle(instruction: Instruction): string[] {
  const { keyword, value } = instruction.syntax;
  if (keyword === 'env' && /(^|\s)PATH[= ]/.test(value) && !/\$\{?PATH/.test(value)) {
    return [`${at(instruction)}: PATH is set without the inherited one`];
  }
  if (!['cmd', 'entrypoint', 'env', 'healthcheck', 'copy', 'run'].includes(keyword)) return [];
  const path =
    /\/usr\/(local\/)?(bin\/(python|pip|uvicorn|gunicorn|celery|flask|streamlit|jupyter)[\d.]*|lib\/python3?[\d.]*\/(site|dist)-packages)/.exec(
      value,
    );
  return path === null ? [] : [`${at(instruction)} names the installation path ${path[0]}`];
}
