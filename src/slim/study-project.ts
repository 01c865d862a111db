import { posix } from 'node:path';
import {
  brokenLists,
  installedFolders,
  type PipInstall,
  pipInstallOf,
  readWheelBuild,
  redirectedRequirements,
  shippedStages,
  staticDependencies,
} from '../dockerfile/index.ts';
import type { Project } from '../project/index.ts';
import {
  listedRequirements,
  type PythonSources,
  type RequirementsTree,
  readEnvironmentFile,
  readRequirementsTree,
  scanPythonFiles,
} from '../python/index.ts';
import { type Application, findApplication } from './application.ts';
import type { StartOverride } from './container-command.ts';
import { projectFile } from './project-file.ts';
import { toolRequirements } from './tool-requirements.ts';

/** What the project's Python says, read once: the ground that the plan stands on. */
export interface ProjectStudy {
  readonly sources: PythonSources;
  readonly application: Application;
  /** One tree for each requirements file that the Dockerfile installs, by its path in the project. */
  readonly requirements: readonly RequirementsTree[];
  /** Requirements that RUN instructions name themselves: `pip install fastapi "uvicorn[standard]"`. */
  readonly inlineRequirements: readonly string[];
  /**
   * What the manifests of packages that are installed from the source tree list, and manifests and lock files behind `-r`; undefined when one
   * of the packages is not known or computes it.
   */
  readonly packageRequirements: readonly string[] | undefined;
  /** What lock files, manifests and `pip wheel` bring: see `toolRequirements`. */
  readonly toolRequirements: readonly string[];
  readonly problems: readonly { readonly what: string; readonly because: string }[];
}

/** Parses the project's Python files and the requirements that its Dockerfile installs; `override` is what a compose file starts. */
export async function studyProject(project: Project, override: StartOverride = {}): Promise<ProjectStudy> {
  const { model } = project.dockerfile;
  const commands = model.stages.flatMap((stage) => stage.instructions).flatMap((one) => one.commands ?? []);
  const paths = project.texts.pythonSources.map((file) => file.path);
  const buildScripts = commands.flatMap((command) =>
    command.words.filter((word) => word.endsWith('.py')).flatMap((word) => projectFile(word, paths) ?? []),
  );
  const sources = await scanPythonFiles(project.texts.pythonSources, {
    buildScripts,
    packageFolders: packageFolders(project),
  });
  // What a stage for tests installs is its own business.
  const installs = shippedStages(model)
    .flatMap((stage) => stage.instructions)
    .flatMap((one) => one.commands ?? [])
    .flatMap((command) => pipInstallOf(command) ?? readWheelBuild(command)?.install ?? []);
  const requirements = await readTrees(project, installs);
  return {
    sources,
    application: findApplication(model, sources, project.texts.shellScripts, override),
    requirements,
    inlineRequirements: installs.flatMap((install) => install.requirements.map((word) => word.text)),
    packageRequirements: packageRequirements(project, installs),
    toolRequirements: toolRequirements(project),
    problems: [
      ...redirectedRequirements(project.dockerfile.text, model).map(
        ({ instruction, name, requirement, file }) => ({
          what: `${project.dockerfile.path}:${instruction.syntax.startLine}`,
          because: `the shell takes \`${requirement}\` for a redirection: any version of ${name} is installed, and the rest names the file \`${file}\`; quote it if the comparison is meant`,
        }),
      ),
      ...brokenLists(project.dockerfile.model).map(({ instruction, because }) => ({
        what: `${project.dockerfile.path}:${instruction.syntax.startLine}`,
        because: `${instruction.syntax.keyword.toUpperCase()} stays as it is: ${because}`,
      })),
      ...sources.unreadable.map(({ path, message }) => ({ what: path, because: message })),
      ...project.unreadable.map(({ path, reason }) => ({ what: path, because: reason })),
      ...requirements
        .flatMap((tree) => tree.problems)
        .map(({ path, line, message }) => ({
          what: line === 0 ? path : `${path}:${line}`,
          because: message,
        })),
    ],
  };
}

/** Members of a workspace, libraries beside the application. */
function packageFolders({ texts }: Project): readonly string[] {
  const manifests = texts.manifests.filter(({ path }) =>
    /(?:^|\/)(?:pyproject\.toml|setup\.(?:py|cfg))$/.test(path),
  );
  return [...new Set(manifests.map(({ path }) => posix.dirname(path)))].filter((folder) => folder !== '.');
}

function packageRequirements(
  { dockerfile, texts }: Project,
  installs: readonly PipInstall[],
): readonly string[] | undefined {
  const lists = installedFolders(dockerfile.model).map(({ folder, extras }) => {
    const path = folder === undefined ? undefined : posix.join(folder, 'pyproject.toml');
    const manifest = texts.manifests.find((file) => file.path === path);
    return manifest === undefined ? undefined : staticDependencies(manifest.text, extras);
  });
  const paths = texts.manifests.map(({ path }) => path);
  const named = installs
    .flatMap((install) => install.requirementFiles)
    .map(({ text }) => requirementsFile(text, paths));
  const listed = texts.manifests.flatMap((text) => {
    const file = named.includes(text.path) ? readEnvironmentFile(text) : undefined;
    return file === undefined
      ? []
      : listedRequirements(file, { isWanted: (group) => group === 'main' }).requirements;
  });
  return lists.every((list) => list !== undefined) ? [...new Set([...lists.flat(), ...listed])] : undefined;
}

async function readTrees(project: Project, installs: readonly PipInstall[]): Promise<RequirementsTree[]> {
  const texts = new Map(
    [...project.texts.requirements, ...project.texts.manifests]
      // uv takes manifests and lock files behind `-r`, too.
      .filter((file) => readEnvironmentFile(file) === undefined)
      .map((file) => [file.path, file.text]),
  );
  const names = new Set(
    installs.flatMap((install) =>
      install.requirementFiles.map((file) => requirementsFile(file.text, [...texts.keys()]) ?? ''),
    ),
  );
  names.delete('');
  return Promise.all(
    [...names].map((name) => readRequirementsTree(name, (path) => Promise.resolve(texts.get(path)))),
  );
}

/** The requirements file behind a container path; one of that name where a COPY has put it elsewhere. */
function requirementsFile(containerPath: string, paths: readonly string[]): string | undefined {
  const name = posix.basename(containerPath);
  return projectFile(containerPath, paths) ?? paths.find((path) => posix.basename(path) === name);
}
