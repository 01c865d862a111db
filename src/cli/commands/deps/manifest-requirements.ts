import { posix } from 'node:path';
import type { Requested } from '../../../deps/index.ts';
import {
  type Instruction,
  installedFolders,
  type ProjectInstall,
  pipInstallOf,
  readCondaInstall,
  readProjectInstall,
} from '../../../dockerfile/index.ts';
import { readInstallationFiles } from '../../../forecast/index.ts';
import type { Project } from '../../../project/index.ts';
import {
  type EnvironmentFile,
  isDevelopmentFile,
  type ListedDistribution,
  optionValues,
  readEnvironmentFile,
  wantedDistributions,
} from '../../../python/index.ts';
import { type ProjectRequirements, pinOf } from './project-requirements.ts';

/** How each tool leaves its groups for development out (`--help` of each). */
const withoutDevelopment: Readonly<Record<ProjectInstall['tool'], string>> = {
  uv: 'uv sync --no-dev',
  poetry: 'poetry install --only main',
  pdm: 'pdm install --prod',
  pipenv: 'pipenv install',
};

/** What `uv sync`, `poetry install` and the like ask for, by the manifest of the project. */
export async function toolRequirements(
  instruction: Instruction,
  { dockerfile, texts }: Project,
): Promise<ProjectRequirements> {
  const readText = (path: string): Promise<string | undefined> =>
    Promise.resolve(texts.manifests.find((file) => file.path === path)?.text);
  const commands = (instruction.commands ?? []).flatMap((command) => readProjectInstall(command) ?? []);
  const found = await Promise.all(
    commands.map(async (install) => {
      const { manifest, lock, isWanted } = await readInstallationFiles(install, readText);
      if (manifest === undefined) return { requested: [], installs: [] };
      const isForDevelopment = developmentGroup(install);
      const wanted = wantedDistributions(manifest, { isWanted });
      const requested = wanted.map((one) =>
        requestedOf(one, {
          file: manifest.path,
          isLocked: lock !== undefined,
          isForDevelopment: one.groups.filter(isWanted).every(isForDevelopment),
        }),
      );
      const place = `${dockerfile.path}:${instruction.syntax.startLine}`;
      const hasDevelopment = requested.some((one) => one.isForDevelopment);
      return {
        requested,
        installs: hasDevelopment
          ? [
              {
                place,
                file: manifest.path,
                production: undefined,
                withoutDevelopment: withoutDevelopment[install.tool],
              },
            ]
          : [],
      };
    }),
  );
  return {
    requested: found.flatMap(({ requested }) => requested),
    installs: found.flatMap(({ installs }) => installs),
  };
}

/** Groups of a manifest are for development, unless the command asks for them by a name that says otherwise: `--with serve`. */
function developmentGroup(install: ProjectInstall): (group: string) => boolean {
  const asked = optionValues(
    install,
    ...['--group', '--only-group', '-G', '--with', '--only', '--categories'],
  );
  return (group) => {
    const name = group.replace(/^member:[^:]+:/, '');
    if (name === 'main' || name.startsWith('extra:')) return false;
    return !asked.includes(name) || isDevelopmentFile(name);
  };
}

/** What packages of the source tree, manifests that pip is given, and environments of Conda ask for. */
export function manifestRequested(
  instructions: readonly Instruction[],
  { dockerfile, texts }: Project,
): readonly Requested[] {
  const read = (path: string): EnvironmentFile | undefined => {
    const file = texts.manifests.find((one) => one.path === path);
    return file && readEnvironmentFile(file);
  };
  const ofPackages = installedFolders(dockerfile.model).flatMap(({ folder, extras }) => {
    const file = folder === undefined ? undefined : read(posix.join(folder, 'pyproject.toml'));
    const groups = ['main', ...extras.map((extra) => `extra:${extra}`)];
    return file === undefined ? [] : requestedIn(file, groups);
  });
  const ofCommands = instructions
    .flatMap(({ commands }) => commands ?? [])
    .flatMap((command) => {
      const conda = readCondaInstall(command);
      const named = conda === undefined ? [] : [conda.file ?? 'environment.yml'];
      const install = pipInstallOf(command);
      const manifests = (install?.requirementFiles ?? []).map(({ text }) => text);
      return [...named, ...manifests].flatMap((name) => {
        const place = texts.manifests.find(({ path }) => posix.basename(path) === posix.basename(name))?.path;
        const file = place === undefined ? undefined : read(place);
        // A lock file does not tell what was asked for.
        return file === undefined || file.kind.endsWith('.lock') || file.kind === 'pylock.toml'
          ? []
          : requestedIn(file, ['main']);
      });
    });
  return [...ofPackages, ...ofCommands];
}

function requestedIn(file: EnvironmentFile, groups: readonly string[]): readonly Requested[] {
  return wantedDistributions(file, { isWanted: (group) => groups.includes(group) })
    .filter(({ isConda }) => isConda !== true)
    .map((one) => requestedOf(one, { file: file.path, isLocked: false, isForDevelopment: false }));
}

function requestedOf(
  { name, extras, specifier = '', place, line = 0 }: ListedDistribution,
  {
    file,
    isLocked,
    isForDevelopment,
  }: { readonly file: string; readonly isLocked: boolean; readonly isForDevelopment: boolean },
): Requested {
  const pin = place !== undefined ? 'reference' : isLocked ? 'locked' : pinOf(specifier);
  return { name, extras, specifier, pin, file, line, isForDevelopment };
}
