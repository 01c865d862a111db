import { posix } from 'node:path';
import {
  type Instruction,
  type ProjectInstall,
  readProjectInstall,
  runningCommands,
} from '../dockerfile/index.ts';
import {
  type EnvironmentFile,
  type InstallStep,
  listedRequirements,
  optionValues,
  readEnvironmentFile,
  wantedDistributions,
  wantedGroups,
} from '../python/index.ts';
import type { ReadText } from './read-text.ts';
import { indexesOf } from './step-indexes.ts';

/** What an installation from a manifest or lock file brings. */
export interface ProjectStep {
  readonly install: ProjectInstall;
  readonly instruction: Instruction;
  readonly step: InstallStep;
  /** Why something of it is not in `step`; one clause each. */
  readonly problems: readonly string[];
}

/** The lock file of each tool; where a project has none, the tool resolves its manifest. */
const lockNames: Readonly<Record<ProjectInstall['tool'], string>> = {
  uv: 'uv.lock',
  poetry: 'poetry.lock',
  pdm: 'pdm.lock',
  pipenv: 'Pipfile.lock',
};

/** The installations from a project's own files that an instruction makes: `poetry install`, `uv sync`, `pdm sync`, `pipenv install`. */
export async function readProjectSteps(instruction: Instruction, readText: ReadText): Promise<ProjectStep[]> {
  const found: ProjectStep[] = [];
  for (const command of runningCommands(instruction)) {
    const install = readProjectInstall(command);
    if (install !== undefined) found.push(await readProjectStep(install, instruction, readText));
  }
  return found;
}

/** The files that an installation reads, and which of their groups it takes. */
export interface InstallationFiles {
  readonly manifest: EnvironmentFile | undefined;
  readonly lock: EnvironmentFile | undefined;
  readonly isWanted: (group: string) => boolean;
}

/** Reads manifest and lock file of an installation, in the folder that it names or in the project's root. */
export async function readInstallationFiles(
  install: ProjectInstall,
  readText: ReadText,
): Promise<InstallationFiles> {
  const folder = (optionValues(install, '--directory', '--project', '-C', '-p')[0] ?? '').replace(/^\/+/, '');
  const read = async (name: string): Promise<EnvironmentFile | undefined> => {
    for (const path of folder === '' ? [name] : [posix.join(folder, name), name]) {
      const text = await readText(path);
      if (text !== undefined) return readEnvironmentFile({ path, text });
    }
    return undefined;
  };
  const manifest = await read(install.tool === 'pipenv' ? 'Pipfile' : 'pyproject.toml');
  const lock = await read(lockNames[install.tool]);
  const file = lock ?? manifest;
  return {
    manifest,
    lock,
    isWanted: file === undefined ? () => false : wantedGroups({ install, file, manifest }),
  };
}

/** What one installation brings, or the list that a tool exports for it. */
export async function readProjectStep(
  install: ProjectInstall,
  instruction: Instruction,
  readText: ReadText,
): Promise<ProjectStep> {
  const { manifest, lock, isWanted } = await readInstallationFiles(install, readText);
  const file = lock ?? manifest;
  if (file === undefined) {
    const what = `line ${instruction.syntax.startLine}: \`${install.tool} ${install.command.words[install.firstArgument - 1] ?? ''}\``;
    return {
      install,
      instruction,
      step: noStep,
      problems: [`${what} finds no ${lockNames[install.tool]} in the build context`],
    };
  }
  const listed = listedRequirements(file, { isWanted, manifest });
  return {
    install,
    instruction,
    step: {
      requirements: listed.requirements,
      constraints: [],
      indexes: indexesOf(neededIndexes(file, isWanted) ?? (hasIndexes(file) ? file : (manifest ?? file))),
      ...(lock !== undefined && { isComplete: true }),
    },
    problems: listed.problems,
  };
}

/** Those alone that the wanted groups come from, where each tells: another one may offer the same version, built for other hardware. */
function neededIndexes(
  file: EnvironmentFile,
  isWanted: (group: string) => boolean,
): Pick<EnvironmentFile, 'indexUrls'> | undefined {
  const urls = wantedDistributions(file, { isWanted }).flatMap(({ indexUrl }) => indexUrl ?? []);
  if (urls.length === 0) return undefined;
  return { indexUrls: file.indexUrls.filter((url) => urls.includes(url)) };
}

function hasIndexes({ indexUrls, extraIndexUrls = [] }: EnvironmentFile): boolean {
  return indexUrls.length + extraIndexUrls.length > 0;
}

const noStep: InstallStep = { requirements: [], constraints: [], indexes: {} };
