import { posix } from 'node:path';
import type { Requested, RequirementsInstall } from '../../../deps/index.ts';
import {
  type Instruction,
  type PipInstall,
  pipInstallOf,
  readWheelBuild,
  runningCommands,
  type ShellCommand,
  shippedStages,
} from '../../../dockerfile/index.ts';
import type { Project } from '../../../project/index.ts';
import {
  isDevelopmentFile,
  normaliseName,
  parseNamedRequirement,
  productionFile,
  type RequirementsTree,
} from '../../../python/index.ts';
import {
  condaDistributions,
  manifestRequested,
  packageRequested,
  toolRequirements,
} from './manifest-requirements.ts';
import { type ProjectRequirements, pinOf } from './requested.ts';

/** Who asks for what in a project, file and line by file and line. */
export async function projectRequirements(
  project: Project,
  trees: readonly RequirementsTree[],
): Promise<ProjectRequirements> {
  const instructions = shippedStages(project.dockerfile.model).flatMap((stage) => stage.instructions);
  const tools = await Promise.all(instructions.map((one) => toolRequirements(one, project)));
  return {
    requested: [
      ...trees.flatMap((tree) => requestedIn(tree, project)),
      ...instructions.flatMap((one) => inlineRequested(one, project)),
      ...tools.flatMap(({ requested }) => requested),
      ...manifestRequested(instructions, project),
    ],
    broughtByOthers: condaDistributions(instructions, project),
    installs: [
      ...instructions.flatMap((one) => fileInstalls(one, project, trees)),
      ...tools.flatMap(({ installs }) => installs),
    ],
  };
}

function requestedIn(tree: RequirementsTree, project: Project): readonly Requested[] {
  const limits = new Map(
    tree.requested.flatMap(({ line, isConstraint }) =>
      isConstraint && line.kind === 'requirement' ? [[line.name, line.specifier] as const] : [],
    ),
  );
  return tree.requested.flatMap(({ path, line, isConstraint }) => {
    if (isConstraint) return [];
    if (line.kind === 'reference' && line.referenceKind === 'path') {
      // pip takes such a path from where it is started.
      const folder = posix.normalize(line.target.replace(/^file:(?:\/\/)?/, ''));
      const found = packageRequested(folder, line.extras, project);
      if (found.length > 0) return found;
    }
    if (line.name === undefined) return [];
    const specifier = line.kind === 'requirement' ? line.specifier : '';
    const isPlace = line.kind === 'reference' || line.url !== undefined;
    return [
      {
        name: normaliseName(line.name),
        extras: line.extras,
        specifier,
        pin: isPlace ? 'reference' : pinOf(specifier, limits.get(line.name)),
        file: path,
        line: line.startLine,
        isForDevelopment: isDevelopmentFile(path),
      } satisfies Requested,
    ];
  });
}

/** What a command installs, or makes wheels of that are installed later. */
function installOf(command: ShellCommand): readonly PipInstall[] {
  const install = pipInstallOf(command) ?? readWheelBuild(command)?.install;
  return install === undefined ? [] : [install];
}

function inlineRequested(instruction: Instruction, { dockerfile }: Project): readonly Requested[] {
  const installs = runningCommands(instruction).flatMap(installOf);
  return installs.flatMap(({ requirements }) =>
    requirements.flatMap(({ text }): Requested[] => {
      const parsed = parseNamedRequirement(text);
      if ('error' in parsed) return [];
      const { name, extras, specifier, url } = parsed;
      const pin = url === undefined ? pinOf(specifier) : 'reference';
      return [
        {
          name,
          extras,
          specifier,
          pin,
          file: dockerfile.path,
          line: instruction.syntax.startLine,
          isForDevelopment: false,
        },
      ];
    }),
  );
}

function fileInstalls(
  instruction: Instruction,
  { dockerfile }: Project,
  trees: readonly RequirementsTree[],
): readonly RequirementsInstall[] {
  const installs = runningCommands(instruction).flatMap(installOf);
  return installs.flatMap(({ requirementFiles }) =>
    requirementFiles.flatMap(({ text }): RequirementsInstall[] => {
      const tree = trees.find(({ files }) => posix.basename(files[0]?.path ?? '') === posix.basename(text));
      const installed = tree?.files[0];
      if (tree === undefined || installed === undefined) return [];
      const production = productionFile(tree, installed);
      return [
        {
          place: `${dockerfile.path}:${instruction.syntax.startLine}`,
          file: installed.path,
          production: production === installed ? undefined : production.path,
        },
      ];
    }),
  );
}
