import { posix } from 'node:path';
import type { Instruction, Stage } from '../model.ts';
import { hasPipOption, readPipInstall } from '../pip-command.ts';
import type { ProjectInstall, ProjectTool } from '../project-tool-command.ts';
import { readContextCopy } from './context-paths.ts';
import { judgeRun } from './judge-run.ts';
import type { ResolvedDockerfile, RewriteFacts } from './rewrite.ts';
import {
  absolutePathObstacle,
  hiddenObstacles,
  installerObstacles,
  onbuildObstacle,
} from './split-obstacles.ts';
import { changedStart, type RunJudge } from './start-text.ts';
import { makesOwnPython, runtimeBase } from './tool-base.ts';
import { classifyToolInstruction, isInstalling, type ToolInstruction } from './tool-commands.ts';
import { type EnvironmentPlace, environmentPlace, projectInstalls } from './tool-environment-path.ts';
import { readToolManifest, type ToolManifest } from './tool-manifests.ts';

/** The stage that becomes the image, where uv, Poetry, PDM or Pipenv installs the project in it. */
export interface ToolStage {
  readonly stage: Stage;
  readonly instructions: readonly ToolInstruction[];
  readonly tool: ProjectTool;
  readonly installs: readonly ProjectInstall[];
  /** Positions of the first and the last instruction that installs into the environment. */
  readonly first: number;
  readonly last: number;
  readonly place: EnvironmentPlace;
  /** Undefined when the build context was not read or has no manifest at that place. */
  readonly manifest: ToolManifest | undefined;
  readonly judge: RunJudge;
  /** Everything that makes it unsafe to take the tool out of the image, in words for the user. */
  readonly obstacles: readonly string[];
}

/** Reads the stage; undefined when none of the tools installs a project there, or when other stages grow from it. */
export function readToolStage(dockerfile: ResolvedDockerfile, facts: RewriteFacts): ToolStage | undefined {
  const { model } = dockerfile;
  const stage = model.stages[model.target];
  if (stage === undefined || stage.baseStage !== undefined) return undefined;
  const instructions = stage.instructions.map(classifyToolInstruction);
  const firstProject = stage.instructions.find((one) => projectInstalls(one).length > 0);
  const [install] = firstProject === undefined ? [] : projectInstalls(firstProject);
  if (firstProject === undefined || install === undefined) return undefined;
  const installs = stage.instructions.flatMap(projectInstalls);
  const manifest = readToolManifest(facts, contextFolder(stage, firstProject.before.workdir), install.tool);
  const lastInstall = installs.at(-1) ?? install;
  const judge = judgeRun({ tool: install.tool, hasProject: lastInstall.hasProject, manifest });
  const read: Omit<ToolStage, 'obstacles'> = {
    stage,
    instructions,
    tool: install.tool,
    installs,
    first: instructions.findIndex((one) => one.kind === 'install'),
    last: instructions.findLastIndex((one) => one.kind === 'install'),
    place: environmentPlace(install, firstProject, stage),
    manifest,
    judge,
  };
  return { ...read, obstacles: [...new Set(toolObstacles(read, dockerfile, facts))] };
}

/** The folder of the build context that is the project's: of the COPY that fills the working directory. */
function contextFolder(stage: Stage, workdir: string | undefined): string {
  for (const instruction of stage.instructions) {
    const copy = readContextCopy(instruction);
    const source = copy?.sources.find((one) => /(^|\/)(pyproject\.toml|Pipfile)$/.test(one));
    if (source !== undefined) return posix.dirname(source);
    if (copy?.isBroad === true && copy.destination.replace(/(.)\/$/, '$1') === workdir)
      return copy.sources[0] ?? '.';
  }
  return '.';
}

type Read = Omit<ToolStage, 'obstacles'>;

function toolObstacles(
  read: Read,
  { model, syntax, placeOf, quoteOf }: ResolvedDockerfile,
  facts: RewriteFacts,
): string[] {
  const { stage, instructions, tool, place, last } = read;
  if (model.stages.some((other) => other.baseStage === stage.position))
    return [`${placeOf(stage.from)}: another stage grows from the one that ${tool} installs in`];
  const early = instructions.slice(0, last);
  const isMade = place.kind === 'system' || place.kind === 'hidden';
  return [
    ...(runtimeBase(stage) === undefined
      ? [
          `${placeOf(stage.from)}: ${stage.base} is no official Python image, and its Python may not stand at the same place in both stages`,
        ]
      : []),
    ...(place.kind === 'unknown'
      ? [`${tool}: ${place.because}, so where it puts the environment is not known`]
      : []),
    ...severalEnvironments(read),
    ...instructions.flatMap((one) => onbuildObstacle(one.classified, placeOf)),
    ...instructions.flatMap((one) => hiddenObstacles(one.classified, placeOf)),
    ...installerObstacles(
      instructions.map((one) => one.classified),
      placeOf,
    ).filter((text) => !/by (Poetry|PDM|Pipenv|uv sync)$/.test(text)),
    ...early.flatMap(({ kind, instruction }) =>
      kind === 'other'
        ? [
            `${placeOf(instruction.syntax)}: ${quoteOf(instruction.syntax)} runs before the last installation, and what it leaves for the application is not known`,
          ]
        : [],
    ),
    ...instructions.flatMap((one) => installObstacles(one, read, placeOf)),
    ...startObstacles(read, syntax.text, placeOf),
    ...[...facts.neededCommands].flatMap(([command, where]) =>
      command === tool && !/^(RUN|CMD|ENTRYPOINT|HEALTHCHECK)$/.test(where) ? [`${where} calls ${tool}`] : [],
    ),
    ...(isMade ? stage.instructions.flatMap((one) => absolutePathObstacle(one, placeOf)) : []),
    ...(isMade
      ? facts.hardCodedPaths.map(
          (found) => `${found.file}:${found.line} names the installation path ${found.text}`,
        )
      : []),
    ...makesOwnPython(stage, facts),
    ...sourceObstacles(read),
  ];
}

/** Several tools, or one tool in several directories: one environment would be left behind. */
function severalEnvironments({ stage, installs, tool, place }: Read): string[] {
  const other = installs.find((install) => install.tool !== tool);
  if (other !== undefined)
    return [`both ${tool} and ${other.tool} install, each into an environment of its own`];
  const isElsewhere = stage.instructions.some((one) =>
    projectInstalls(one).some((install) => !isSamePlace(environmentPlace(install, one, stage), place)),
  );
  return isElsewhere ? [`${tool} installs into more than one environment`] : [];
}

function isSamePlace(one: EnvironmentPlace, other: EnvironmentPlace): boolean {
  const isSamePath = one.kind !== 'fixed' || other.kind !== 'fixed' || one.path === other.path;
  return one.kind === other.kind && isSamePath;
}

function installObstacles(
  { kind, instruction, otherCommands }: ToolInstruction,
  read: Read,
  placeOf: ResolvedDockerfile['placeOf'],
): string[] {
  if (kind !== 'install') return [];
  const where = placeOf(instruction.syntax);
  const pips = (instruction.commands ?? [])
    .filter(isInstalling)
    .flatMap((command) => readPipInstall(command) ?? []);
  const isOwnEnvironment = read.place.kind === 'fixed';
  return [
    ...otherCommands.map(
      (command) =>
        `${where}: \`${command.words.slice(0, 4).join(' ')}\` runs in the same RUN as the installation, and its results would be left behind`,
    ),
    ...pips.flatMap((pip) => {
      if (hasPipOption(pip, '-t', '--target', '--prefix', '--root', '--user'))
        return [`${where}: pip installs to a place of its own`];
      const isSystem =
        pip.tool === 'pip'
          ? read.tool === 'uv' ||
            (isOwnEnvironment && instruction.before.variables['VIRTUAL_ENV'] === undefined)
          : hasPipOption(pip, '--system');
      return isSystem
        ? [
            `${where}: \`${pip.command.words.slice(0, 4).join(' ')}\` installs beside the environment of ${read.tool}`,
          ]
        : [];
    }),
  ];
}

function startObstacles(
  { stage, instructions, last, judge, tool }: Read,
  text: string,
  placeOf: ResolvedDockerfile['placeOf'],
): string[] {
  const starts = stage.instructions.filter(({ syntax }) => ['cmd', 'entrypoint'].includes(syntax.keyword));
  if (starts.length === 0)
    return [
      `the image has neither CMD nor ENTRYPOINT, and the command that it is given elsewhere may call ${tool}`,
    ];
  const end = starts.at(-1);
  if (end !== undefined && isBareShell(end))
    return [`${placeOf(end.syntax)}: the container starts a shell, in which ${tool} may be called`];
  return instructions.flatMap(({ instruction, kind }, position) => {
    if (instruction.syntax.keyword === 'run' && (position <= last || kind === 'tool')) return [];
    const { doubts } = changedStart(instruction, text, judge);
    return doubts.map((doubt) => `${placeOf(instruction.syntax)}: ${doubt}`);
  });
}

/** `CMD ["/bin/bash"]`, `CMD bash`: for whoever works in it. */
function isBareShell({ syntax }: Instruction): boolean {
  const words = syntax.json ?? syntax.value.trim().split(/\s+/);
  return (
    /^(.*\/)?(ba|da|z)?sh$/.test(words[0] ?? '') &&
    words.slice(1).every((word) => /^-[il]+$|^--login$/.test(word))
  );
}

function sourceObstacles({ manifest, installs }: Read): string[] {
  const isInstalled = installs.some((install) => install.hasProject) && manifest?.isPackage === true;
  if (!isInstalled || manifest?.writesIntoSource === undefined) return [];
  return [
    `installing the project leaves files in the source tree that a COPY does not bring (${manifest.writesIntoSource})`,
  ];
}
