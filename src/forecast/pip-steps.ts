import {
  type DockerfileModel,
  hasPipOption,
  type Instruction,
  type PipInstall,
  pipInstallOf,
  runningCommands,
} from '../dockerfile/index.ts';
import type { InstallStep } from '../python/index.ts';
import { readCondaSteps } from './conda-steps.ts';
import { exportedLists } from './exported-lists.ts';
import type { MissingRow } from './forecast.ts';
import { buildHint } from './forecast-image.ts';
import type { InstalledStages } from './installed-stages.ts';
import { type ReadStep, readStep } from './pip-step.ts';
import { type ProjectStep, readProjectSteps } from './project-steps.ts';
import type { ReadText } from './read-text.ts';
import { folderOfWheels, type WheelFolder, wheelFolder } from './wheel-folders.ts';

/** All that pip and uv install. */
export interface PipSteps {
  /** In order; neighbours with the same indexes are one. */
  readonly steps: readonly InstallStep[];
  /** pip compiles all modules that it installs. */
  readonly compilesAll: boolean;
  /** What pip downloaded stays in a layer of the target stage. */
  readonly keepsCache: boolean;
  /** The wheels that it is installed from were copied into a layer of the target stage. */
  readonly keepsWheels: boolean;
  /** A tool made the environment, with a pip of its own in it. */
  readonly seedsEnvironment: boolean;
  /** The wheels that it took that pip from stay in a layer of the target stage. */
  readonly keepsSeeds: boolean;
  /** pip builds a project of the build context in the target stage, with tools that it fetches for that. */
  readonly buildsProject: boolean;
  /** Installations that bring something that is not in `steps`. */
  readonly missing: readonly MissingRow[];
}

interface Placed {
  readonly instruction: Instruction;
  readonly install: PipInstall;
  /** What it takes its wheels from, where the Dockerfile fills that. */
  readonly wheels: WheelFolder | undefined;
}

/** Reads every `pip install` of the stages (of the whole file, where those of other stages only write lists or wheels), and what tools with manifests and Conda's environments install by it. */
export async function readPipSteps(
  stages: InstalledStages,
  model: DockerfileModel,
  readText: ReadText,
): Promise<PipSteps> {
  const everything = model.stages.flatMap((stage) => stage.instructions);
  const instructions = [...stages.builders, ...stages.own];
  const context = {
    // A folder of wheels may be filled in a stage whose environment nobody copies.
    copies: everything,
    readText,
    readExported: exportedLists(everything, readText),
    wheelFolder: (folder: string, installer: Instruction) => wheelFolder(folder, installer, model),
  };
  const installs = instructions.flatMap((one) => installsOf(one, model));
  const projects: ProjectStep[] = [];
  const found: ReadStep[] = [];
  for (const instruction of instructions) {
    for (const placed of installs.filter((one) => one.instruction === instruction))
      found.push(await readStep(placed, context));
    found.push(...(await readCondaSteps(instruction, context)));
    const ofTools = await readProjectSteps(instruction, readText);
    projects.push(...ofTools);
    found.push(...ofTools);
  }
  const problems = found.flatMap((one) => one.problems);
  const isOwn = (one: { readonly instruction: Instruction }): boolean => stages.own.includes(one.instruction);
  const seeds = projects.filter(({ install }) => install.tool === 'poetry' || install.tool === 'pipenv');
  return {
    steps: joinSteps(found.map(({ step }) => step)).filter((step) => step.requirements.length > 0),
    compilesAll: installs.filter(bringsDependencies).some(compiles) || projects.some(compilesProject),
    keepsCache:
      installs.some((one) => isOwn(one) && one.wheels === undefined && keepsCache(one)) ||
      projects.some((one) => isOwn(one) && keepsToolCache(one)),
    keepsWheels: installs.some((one) => isOwn(one) && one.wheels?.isCopied === true),
    buildsProject: installs.some(
      (one) => isOwn(one) && one.install.localPaths.length > 0 && one.wheels === undefined,
    ),
    seedsEnvironment: seeds.length > 0,
    keepsSeeds: seeds.some(isOwn),
    missing: [...new Set(problems)].map((because) => ({
      group: 'python-dependencies',
      because,
      hint: buildHint,
    })),
  };
}

/** Neighbours are one where they look in the same places, and add what is required or not alike. */
function joinSteps(steps: readonly InstallStep[]): readonly InstallStep[] {
  const joined: InstallStep[] = [];
  for (const step of steps) {
    const previous = joined.at(-1);
    if (previous === undefined || settingsOf(previous) !== settingsOf(step)) joined.push(step);
    else
      joined[joined.length - 1] = {
        ...previous,
        requirements: [...new Set([...previous.requirements, ...step.requirements])],
        constraints: [...new Set([...previous.constraints, ...step.constraints])],
      };
  }
  return joined;
}

function settingsOf({ indexes, isComplete = false }: InstallStep): string {
  return JSON.stringify([indexes, isComplete]);
}

/** The folder of wheels that an installation takes its wheels from. */
function wheelsOf(
  install: PipInstall,
  instruction: Instruction,
  model: DockerfileModel,
): WheelFolder | undefined {
  const links = install.options.flatMap(({ text }) => /^(?:-f|--find-links)=(.*)$/.exec(text)?.[1] ?? []);
  const folders = install.localPaths.flatMap(({ text }) => folderOfWheels(text) ?? []);
  for (const folder of [...folders, ...links]) {
    const found = wheelFolder(folder, instruction, model);
    if (found !== undefined) return found;
  }
  return undefined;
}

function installsOf(instruction: Instruction, model: DockerfileModel): Placed[] {
  return runningCommands(instruction).flatMap((command) => {
    const install = pipInstallOf(command);
    if (install === undefined) return [];
    return [{ instruction, install, wheels: wheelsOf(install, instruction, model) }];
  });
}

/** Not `pip install --upgrade pip`. */
function bringsDependencies({ install }: Placed): boolean {
  return (
    install.requirementFiles.length > 0 ||
    install.localPaths.length > 0 ||
    install.requirements.some((word) => !/^(pip|setuptools|wheel|uv)\b(?!-)/.test(word.text))
  );
}

function compiles({ install, instruction }: Placed): boolean {
  if (install.tool === 'pip') return !hasPipOption(install, '--no-compile');
  return (
    isOn(instruction.before.variables['UV_COMPILE_BYTECODE']) ||
    hasPipOption(install, '--compile-bytecode', '--compile')
  );
}

/** uv and PDM compile when they are told to, Poetry since 1.4 likewise; Debian's Poetry is older and installs by pip, as pipenv does. */
function compilesProject({ install, instruction }: ProjectStep): boolean {
  if (install.arguments.some((word) => word === '--compile' || word === '--compile-bytecode')) return true;
  const { variables } = instruction.before;
  if (install.tool === 'uv') return isOn(variables['UV_COMPILE_BYTECODE']);
  return install.tool === 'pipenv' || install.tool === 'poetry';
}

function isOn(variable: string | undefined): boolean {
  return /^(1|true|yes|on)$/i.test(variable ?? '');
}

/** uv links to its cache; the others keep what they downloaded unless a mount takes it or it is removed in the same step. */
function keepsToolCache({ install, instruction }: ProjectStep): boolean {
  if (install.tool === 'uv') return false;
  const isMounted = instruction.syntax.flags.some(
    ({ name, value = '' }) =>
      name === 'mount' && /type=(cache|tmpfs)/.test(value) && /\.cache|CACHE/.test(value),
  );
  return !isMounted && !/rm\s[^&;]*cache|cache\s+(clear|purge)/.test(instruction.syntax.value);
}

function keepsCache({ install, instruction }: Placed): boolean {
  // uv links what it installs to its cache, so that the copy weighs next to nothing in the same layer.
  if (install.tool === 'uv' || hasPipOption(install, '--no-cache-dir')) return false;
  const { variables } = instruction.before;
  if (/^(1|true|yes|on|off)$/i.test(variables['PIP_NO_CACHE_DIR'] ?? '')) return false;
  const isMounted = instruction.syntax.flags.some(
    (flag) =>
      flag.name === 'mount' &&
      /type=(cache|tmpfs).*\.cache|\.cache.*type=(cache|tmpfs)/.test(flag.value ?? ''),
  );
  return !isMounted && !/pip3?\s+cache\s+purge|rm\s[^&;]*\.cache/.test(instruction.syntax.value);
}
