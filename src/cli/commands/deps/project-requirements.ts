import { posix } from 'node:path';
import type { Pin, Requested, RequirementsInstall } from '../../../deps/index.ts';
import {
  type Instruction,
  installedFolders,
  type ProjectInstall,
  readPipInstall,
  readProjectInstall,
  shippedStages,
} from '../../../dockerfile/index.ts';
import type { Project } from '../../../project/index.ts';
import {
  isDevelopmentFile,
  isLockFile,
  normaliseName,
  parseNamedRequirement,
  productionFile,
  type RequirementsTree,
  readLockedVersions,
  readManifest,
} from '../../../python/index.ts';

/** What a project's installations ask for, beside what pip is told. */
export interface ProjectRequirements {
  readonly requested: readonly Requested[];
  readonly installs: readonly RequirementsInstall[];
  /** What tools with a manifest of their own (uv, Poetry, PDM, Pipenv) and installed packages add: PEP 508. */
  readonly requirements: readonly string[];
  /** `name==version` of what a lock file has chosen. */
  readonly constraints: readonly string[];
  /** Tools whose installation was read. */
  readonly readTools: ReadonlySet<string>;
  /** Packages of the source tree whose requirements are known. */
  readonly hasReadPackages: boolean;
}

/** Who asks for what in a project, file and line by file and line. */
export function projectRequirements(
  project: Project,
  trees: readonly RequirementsTree[],
): ProjectRequirements {
  const instructions = shippedStages(project.dockerfile.model).flatMap((stage) => stage.instructions);
  const tools = instructions.flatMap((one) => toolInstalls(one).map((install) => readTool(install, project)));
  const packages = packagesOf(project);
  const locked = tools.flatMap(({ locked: versions }) => versions);
  return {
    requested: [
      ...trees.flatMap(requestedIn),
      ...instructions.flatMap((one) => inlineRequested(one, project)),
      ...tools.flatMap(({ requested }) => requested),
      ...packages.flatMap(({ requested }) => requested),
    ],
    installs: instructions.flatMap((one) => [
      ...fileInstalls(one, project, trees),
      ...groupInstalls(one, project),
    ]),
    requirements: [...tools, ...packages].flatMap(({ texts }) => texts),
    constraints: locked.map(({ name, version }) => `${name}==${version}`),
    readTools: new Set(tools.filter(({ isRead }) => isRead).map(({ tool }) => tool)),
    hasReadPackages: packages.length > 0 && packages.every(({ isRead }) => isRead),
  };
}

function requestedIn(tree: RequirementsTree): readonly Requested[] {
  const limits = new Map(
    tree.requested.flatMap(({ line, isConstraint }) =>
      isConstraint && line.kind === 'requirement' ? [[line.name, line.specifier] as const] : [],
    ),
  );
  return tree.requested.flatMap(({ path, line, isConstraint }) => {
    if (isConstraint || line.name === undefined) return [];
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

function pinOf(specifier: string, limit = ''): Pin {
  if (/^===?[^*]+$/.test(specifier) && !specifier.includes(',')) return 'exact';
  if (/^===?[^*]+$/.test(limit)) return 'locked';
  return specifier === '' ? 'any' : 'range';
}

function inlineRequested(instruction: Instruction, { dockerfile }: Project): readonly Requested[] {
  const installs = (instruction.commands ?? []).flatMap((command) => readPipInstall(command) ?? []);
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
  const installs = (instruction.commands ?? []).flatMap((command) => readPipInstall(command) ?? []);
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

/** How each tool leaves its groups for development out (`--help` of each). */
const withoutDevelopment: Readonly<Record<ProjectInstall['tool'], string>> = {
  uv: 'uv sync --no-dev',
  poetry: 'poetry install --only main',
  pdm: 'pdm install --prod',
  pipenv: 'pipenv install',
};

/** Installations of a manifest with its groups for development. */
function groupInstalls(instruction: Instruction, { dockerfile }: Project): readonly RequirementsInstall[] {
  return toolInstalls(instruction).flatMap(({ tool, arguments: words }) =>
    installsDevelopment(tool, words)
      ? [
          {
            place: `${dockerfile.path}:${instruction.syntax.startLine}`,
            file: tool === 'pipenv' ? 'Pipfile' : 'pyproject.toml',
            production: undefined,
            withoutDevelopment: withoutDevelopment[tool],
          },
        ]
      : [],
  );
}

interface ReadList {
  readonly requested: readonly Requested[];
  readonly texts: readonly string[];
  readonly isRead: boolean;
}

function toolInstalls(instruction: Instruction): readonly ProjectInstall[] {
  return (instruction.commands ?? []).flatMap((command) => readProjectInstall(command) ?? []);
}

/** What `uv sync`, `poetry install` and the like install, by manifest and lock file of the project's root. */
function readTool(
  { tool, arguments: words }: ProjectInstall,
  { texts }: Project,
): ReadList & { readonly tool: string; readonly locked: ReturnType<typeof readLockedVersions> } {
  const manifest = texts.manifests.find(
    ({ path }) => path === (tool === 'pipenv' ? 'Pipfile' : 'pyproject.toml'),
  );
  const lock = texts.manifests.find(
    ({ path }) => isLockFile(path) && path.toLowerCase().startsWith(tool === 'pipenv' ? 'pipfile' : tool),
  );
  if (manifest === undefined) return { tool, requested: [], texts: [], isRead: false, locked: [] };
  const locked = lock === undefined ? [] : readLockedVersions(lock.path, lock.text);
  const extras = words.flatMap((word, at) =>
    word === '--extra' || word === '-E' || word === '--extras' ? (words[at + 1] ?? '').split(/[\s,]+/) : [],
  );
  const list = readList(manifest, {
    extras,
    hasDevelopment: installsDevelopment(tool, words),
    isLocked: locked.length > 0,
  });
  return { tool, ...list, locked };
}

/** Whether the tool installs groups for development with these words behind it (their own documentation, `--help`). */
function installsDevelopment(tool: ProjectInstall['tool'], words: readonly string[]): boolean {
  const text = words.join(' ');
  if (tool === 'pipenv') return /(?:^|\s)(?:--dev|-d)(?:\s|$)/.test(text);
  if (tool === 'uv') return !/--no-dev|--no-default-groups|--no-group[ =]dev/.test(text);
  if (tool === 'pdm') return !/--prod|--production|--no-dev/.test(text);
  return !/--only[ =]main|--without[ =]\S*dev|--no-dev/.test(text);
}

/** The requirements of packages that pip installs from the source tree. */
function packagesOf({ dockerfile, texts }: Project): readonly ReadList[] {
  return installedFolders(dockerfile.model).map(({ folder, extras }) => {
    const path = folder === undefined ? undefined : posix.join(folder, 'pyproject.toml');
    const manifest = texts.manifests.find((file) => file.path === path);
    return manifest === undefined
      ? { requested: [], texts: [], isRead: false }
      : readList(manifest, { extras, hasDevelopment: false, isLocked: false });
  });
}

function readList(
  { path, text }: { readonly path: string; readonly text: string },
  how: { readonly extras: readonly string[]; readonly hasDevelopment: boolean; readonly isLocked: boolean },
): ReadList {
  const all = readManifest(path, text, how.extras).filter(
    ({ group }) => group === undefined || how.hasDevelopment,
  );
  const requested = all.flatMap(({ text: one, group, line }): Requested[] => {
    const parsed = parseNamedRequirement(one);
    if ('error' in parsed) return [];
    const { name, extras, specifier, url } = parsed;
    const pin = url !== undefined ? 'reference' : how.isLocked ? 'locked' : pinOf(specifier);
    return [{ name, extras, specifier, pin, file: path, line, isForDevelopment: group !== undefined }];
  });
  return { requested, texts: all.map(({ text: one }) => one), isRead: true };
}
