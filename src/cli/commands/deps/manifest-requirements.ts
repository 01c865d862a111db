import { posix } from 'node:path';
import type { Requested } from '../../../deps/index.ts';
import {
  type Instruction,
  installedFolders,
  type ProjectInstall,
  pipInstallOf,
  projectExports,
  readCondaInstall,
  readProjectInstall,
  runningCommands,
} from '../../../dockerfile/index.ts';
import { readInstallationFiles } from '../../../forecast/index.ts';
import type { Project } from '../../../project/index.ts';
import {
  type EnvironmentFile,
  isDevelopmentFile,
  type ListedDistribution,
  normaliseName,
  optionValues,
  readCondaEnvironment,
  readEnvironmentFile,
  wantedDistributions,
} from '../../../python/index.ts';
import { type ProjectRequirements, pinOf } from './requested.ts';

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
): Promise<Omit<ProjectRequirements, 'broughtByOthers'>> {
  const readText = (path: string): Promise<string | undefined> =>
    Promise.resolve(texts.manifests.find((file) => file.path === path)?.text);
  const commands = [
    ...runningCommands(instruction).flatMap((command) => readProjectInstall(command) ?? []),
    ...projectExports(instruction).map(({ install }) => install),
  ];
  const found = await Promise.all(
    commands.map(async (install) => {
      const { manifest, lock, isWanted } = await readInstallationFiles(install, readText);
      if (manifest === undefined) return { requested: [], installs: [] };
      const isLocked = lock !== undefined;
      const isForDevelopment = developmentGroup(install);
      const wanted = wantedDistributions(manifest, { isWanted });
      const requested = wanted.flatMap((one) => {
        const how = {
          file: manifest.path,
          isLocked,
          isForDevelopment: one.groups.filter(isWanted).every(isForDevelopment),
        };
        return [requestedOf(one, how), ...memberRequested(one, how, texts.manifests)];
      });
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

/** What a member of the workspace, or a library beside the project, asks for; its own files are no distribution of an index. */
function memberRequested(
  { name, extras, place }: ListedDistribution,
  how: HowRequested,
  manifests: Project['texts']['manifests'],
  seen: readonly string[] = [],
): readonly Requested[] {
  if (place?.kind !== 'path' || seen.includes(name)) return [];
  const member = manifests
    .filter(({ path }) => posix.basename(path) === 'pyproject.toml')
    .flatMap((file) => readEnvironmentFile(file) ?? [])
    .find(({ projectName }) => projectName === name);
  if (member === undefined) return [];
  return wantedOf(member, extras).flatMap((one) => {
    const below = { ...how, file: member.path };
    return [requestedOf(one, below), ...memberRequested(one, below, manifests, [...seen, name])];
  });
}

/** What a package of the source tree asks for that is installed with these extras; none where its manifest is not known. */
export function packageRequested(
  folder: string,
  extras: readonly string[],
  { texts }: Project,
): readonly Requested[] {
  const path = posix.join(folder, 'pyproject.toml');
  const file = texts.manifests.find((one) => one.path === path);
  const manifest = file && readEnvironmentFile(file);
  if (manifest === undefined) return [];
  const how = { file: path, isLocked: false, isForDevelopment: false };
  return wantedOf(manifest, extras).flatMap((one) => [
    requestedOf(one, how),
    ...memberRequested(one, how, texts.manifests),
  ]);
}

/** What packages of the source tree, manifests that pip is given, and environments of Conda ask for. */
export function manifestRequested(
  instructions: readonly Instruction[],
  project: Project,
): readonly Requested[] {
  const { manifests } = project.texts;
  const ofPackages = installedFolders(project.dockerfile.model).flatMap(({ folder, extras }) =>
    folder === undefined ? [] : packageRequested(folder, extras, project),
  );
  const named = instructions.flatMap(runningCommands).flatMap((command) => {
    const conda = readCondaInstall(command);
    return [
      ...(conda === undefined ? [] : [conda.file ?? 'environment.yml']),
      ...(pipInstallOf(command)?.requirementFiles ?? []).map(({ text }) => text),
    ];
  });
  const ofFiles = named.flatMap((name) => {
    const found = manifests.find(({ path }) => posix.basename(path) === posix.basename(name));
    const file = found && readEnvironmentFile(found);
    // A lock file does not tell what was asked for.
    if (file === undefined || file.kind.includes('lock')) return [];
    const how = { file: file.path, isLocked: false, isForDevelopment: false };
    return wantedOf(file, []).map((one) => requestedOf(one, how));
  });
  return [...ofPackages, ...ofFiles];
}

/** What packages of Conda are called where their distributions have other names. */
const condaNames: Readonly<Record<string, readonly string[]>> = {
  pytorch: ['torch'],
  'pytorch-gpu': ['torch'],
  'pytorch-cpu': ['torch'],
  opencv: ['opencv-python', 'cv2'],
  'py-opencv': ['opencv-python', 'cv2'],
  'matplotlib-base': ['matplotlib'],
  'msgpack-python': ['msgpack'],
  'tensorflow-gpu': ['tensorflow'],
};

/** The distributions that Conda brings, by the names of the packages that commands and environment files ask for. */
export function condaDistributions(
  instructions: readonly Instruction[],
  { texts }: Project,
): ReadonlySet<string> {
  const names = instructions
    .flatMap(runningCommands)
    .flatMap((command) => readCondaInstall(command) ?? [])
    .flatMap(({ packages, file, command }) => {
      const name = posix.basename(file ?? (command.words.includes('env') ? 'environment.yml' : ''));
      const files = texts.manifests.filter(({ path }) => name !== '' && posix.basename(path) === name);
      const listed = readCondaEnvironment({
        path: 'packages',
        text: JSON.stringify({ dependencies: packages }),
      });
      return [listed, ...files.map(readCondaEnvironment)].flatMap(({ distributions }) => distributions);
    })
    .flatMap(({ name, isConda }) => (isConda === true ? [name, ...(condaNames[name] ?? [])] : []));
  return new Set(names);
}

function wantedOf(file: EnvironmentFile, extras: readonly string[]): readonly ListedDistribution[] {
  const groups = ['main', ...extras.map((extra) => `extra:${normaliseName(extra)}`)];
  return wantedDistributions(file, { isWanted: (group) => groups.includes(group) }).filter(
    ({ isConda }) => isConda !== true,
  );
}

interface HowRequested {
  readonly file: string;
  readonly isLocked: boolean;
  readonly isForDevelopment: boolean;
}

function requestedOf(
  { name, extras, specifier = '', place, line = 0 }: ListedDistribution,
  { file, isLocked, isForDevelopment }: HowRequested,
): Requested {
  const pin = place !== undefined ? 'reference' : isLocked ? 'locked' : pinOf(specifier);
  return { name, extras, specifier, pin, file, line, isForDevelopment };
}
