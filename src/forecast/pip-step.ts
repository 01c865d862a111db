import { filledIn, hasPipOption, type Instruction, type PipInstall } from '../dockerfile/index.ts';
import {
  type InstallStep,
  listedRequirements,
  normaliseName,
  type PackageIndexes,
  type RequirementsTree,
  readEnvironmentFile,
  readRequirementsTree,
} from '../python/index.ts';
import { contextPaths } from './context-paths.ts';
import { type LocalProject, manifestBehind, readLocalProject } from './local-projects.ts';
import type { ReadText } from './read-text.ts';
import { readIndexes } from './step-indexes.ts';
import { folderOfWheels, type WheelFolder } from './wheel-folders.ts';

/** An installation, and why something of it is not in `step`; one clause each. */
export interface ReadStep {
  readonly step: InstallStep;
  readonly problems: readonly string[];
}

/** Where an installation's files are looked for. */
export interface ReadContext {
  /** Instructions among which are the COPYs that bring them. */
  readonly copies: readonly Instruction[];
  /** What a list holds that a tool writes in some step: `poetry export -o requirements.txt`; undefined where none does. */
  readonly readExported: (file: string) => Promise<ReadStep | undefined>;
  readonly readText: ReadText;
  /** What fills a folder of wheels that an instruction installs from; undefined for wheels from elsewhere. */
  readonly wheelFolder: (folder: string, installer: Instruction) => WheelFolder | undefined;
}

/** Reads a `pip install`: what it names, the files that it names, and the projects of the build context. */
export async function readStep(
  { instruction, install }: { readonly instruction: Instruction; readonly install: PipInstall },
  context: ReadContext,
): Promise<ReadStep> {
  const where = { instruction, context };
  const { variables } = instruction.before;
  const parts: Part[] = [
    { requirements: install.requirements.map((word) => filledIn(word.text, variables)) },
  ];
  for (const { text } of install.requirementFiles) parts.push(await readFile(text, install, where));
  for (const { text } of install.constraintFiles)
    parts.push(await readRequirementsFile(filledIn(text, variables), where, true));
  for (const group of optionsOf(install, '--group')) parts.push(await readGroup(group, where));
  for (const { text } of install.localPaths)
    parts.push(
      (await readLocal(filledIn(text, variables), where)) ??
        (await readWheels(text, where)) ??
        unknownProject(text, instruction),
    );
  const fromCommand = install.options.map((word) => {
    const [name = '', ...value] = filledIn(word.text, variables).split('=');
    return { name, value: value.join('=') };
  });
  const options = [...parts.flatMap((part) => part.options ?? []), ...fromCommand];
  const links = await readLinkedWheels(install, where);
  return {
    step: {
      requirements: parts.flatMap(({ requirements }) => requirements),
      constraints: parts.flatMap(({ constraints }) => constraints ?? []),
      indexes:
        links ??
        parts.find(({ indexes }) => indexes !== undefined)?.indexes ??
        readIndexes(options, instruction),
      ...((addsNothing(install) || areLocked(parts)) && { isComplete: true }),
    },
    problems: parts.flatMap(({ problems }) => problems ?? []),
  };
}

interface Where {
  readonly instruction: Instruction;
  readonly context: ReadContext;
}

interface Part extends Partial<LocalProject> {
  readonly requirements: readonly string[];
  readonly constraints?: readonly string[];
  readonly options?: readonly { readonly name: string; readonly value: string | undefined }[];
  /** Where the wheels that it installs were looked for. */
  readonly indexes?: PackageIndexes;
  /** It is a lock file, which lists all that is installed. */
  readonly isLocked?: boolean;
}

/** `--no-deps`; uv's `pip sync` installs what its files list, and nothing else. */
function addsNothing(install: PipInstall): boolean {
  const { tool, command, firstArgument } = install;
  const isSync = tool === 'uv' && command.words[firstArgument - 1] === 'sync';
  return isSync || hasPipOption(install, '--no-deps');
}

function areLocked(parts: readonly Part[]): boolean {
  const asking = parts.filter(({ requirements }) => requirements.length > 0);
  return asking.length > 0 && asking.every(({ isLocked }) => isLocked === true);
}

/** `/wheels/*`, `/wheels/*.whl`: what the `pip wheel` that filled the folder was asked for. */
async function readWheels(text: string, { instruction, context }: Where): Promise<Part | undefined> {
  const path = folderOfWheels(text);
  const folder = path === undefined ? undefined : context.wheelFolder(path, instruction);
  if (folder === undefined) return undefined;
  const { step, problems } = await readStep(folder, unnested(context));
  return { ...step, problems, isLocked: step.isComplete === true };
}

/** A folder that is filled from a folder is not followed further. */
function unnested(context: ReadContext): ReadContext {
  return { ...context, wheelFolder: () => undefined };
}

/** `--no-index --find-links=/wheels`: the indexes that the folder was filled from. */
async function readLinkedWheels(
  install: PipInstall,
  { instruction, context }: Where,
): Promise<PackageIndexes | undefined> {
  for (const link of ['-f', '--find-links'].flatMap((name) => optionsOf(install, name))) {
    const folder = context.wheelFolder(link, instruction);
    if (folder !== undefined && hasPipOption(install, '--no-index'))
      return (await readStep(folder, unnested(context))).step.indexes;
  }
  return undefined;
}

function unknownProject(text: string, { syntax }: Instruction): Part {
  const because = `line ${syntax.startLine}: what \`pip install ${text}\` brings along is known to the build only`;
  return { requirements: [], problems: [because] };
}

/** `-r FILE`: a requirements file, or (uv; pip for lock files since 26.1) a manifest or lock file. */
async function readFile(text: string, install: PipInstall, where: Where): Promise<Part> {
  const path = filledIn(text, where.instruction.before.variables);
  const manifest = manifestBehind(path, where.instruction.syntax.value);
  const written = manifest === undefined ? undefined : await readLocal(manifest, where);
  if (written !== undefined) return written;
  const extras = optionsOf(install, '--extra').map((name) => `extra:${normaliseName(name)}`);
  const hasAllExtras = install.options.some((one) => one.text === '--all-extras');
  return (
    (await readListed(path, where, (group) => {
      if (group === 'main' || extras.includes(group)) return true;
      return hasAllExtras && group.startsWith('extra:');
    })) ??
    (await readExported(path, where)) ??
    (await readRequirementsFile(path, where, false))
  );
}

/** A list that a tool writes in an earlier step: `poetry export -o requirements.txt`; undefined where the project has the file itself. */
async function readExported(path: string, { instruction, context }: Where): Promise<Part | undefined> {
  for (const candidate of contextPaths(path, instruction, context.copies))
    if ((await context.readText(candidate)) !== undefined) return undefined;
  const found = await context.readExported(path);
  return found && { requirements: found.step.requirements, problems: found.problems };
}

/** `--group dev`, `--group lib/pyproject.toml:dev` (PEP 735; pip since 25.1). */
async function readGroup(asked: string, where: Where): Promise<Part> {
  const [, path = 'pyproject.toml', name = ''] = /^(?:(.*):)?([^:]+)$/.exec(asked) ?? [];
  const found = await readListed(path, where, (group) => normaliseName(group) === normaliseName(name));
  const missing = `line ${where.instruction.syntax.startLine}: ${path} with the group ${name} is not in the build context`;
  return found ?? { requirements: [], problems: [missing] };
}

/** What a manifest or lock file lists; undefined for a file of any other name, or none. */
async function readListed(
  path: string,
  { instruction, context }: Where,
  isWanted: (group: string) => boolean,
): Promise<Part | undefined> {
  for (const candidate of contextPaths(path, instruction, context.copies)) {
    const text = await context.readText(candidate);
    if (text === undefined) continue;
    const file = readEnvironmentFile({ path: candidate, text });
    return file && { ...listedRequirements(file, { isWanted }), isLocked: file.kind.includes('lock') };
  }
  return undefined;
}

/** A requirements file with all that it includes. */
export async function readRequirementsFile(path: string, where: Where, isLimit: boolean): Promise<Part> {
  const tree = await readTree(path, where);
  const requirements: string[] = [];
  const constraints: string[] = [];
  const problems = tree.problems.map(
    (one) => `${one.path}${one.line > 0 ? `:${one.line}` : ''}: ${one.message}`,
  );
  for (const { line, isConstraint, path: file } of tree.requested) {
    const text = line.kind === 'requirement' ? requirementText(line) : undefined;
    const isPath = line.kind === 'reference' && line.referenceKind === 'path';
    const local = isPath ? await readLocal(withExtras(line), where) : undefined;
    if (local !== undefined) {
      requirements.push(...local.requirements);
      problems.push(...local.problems);
    } else if (text === undefined)
      problems.push(`${file}:${line.startLine} asks for something that has no name in a package index`);
    else (isLimit || isConstraint ? constraints : requirements).push(text);
  }
  return { requirements, constraints, problems, options: tree.options };
}

/** Values of an option of the command. */
function optionsOf(install: PipInstall, name: string): string[] {
  return install.options.flatMap(({ text }) =>
    text.startsWith(`${name}=`) ? [text.slice(name.length + 1)] : [],
  );
}

type RequirementLine = Extract<RequirementsTree['requested'][number]['line'], { kind: 'requirement' }>;

/** Without hashes: the wheel for the image's platform is one of those that they allow. */
function requirementText(line: RequirementLine): string {
  const extras = line.extras.length === 0 ? '' : `[${line.extras.join(',')}]`;
  const marker = line.marker === undefined ? '' : ` ; ${line.marker}`;
  return `${line.nameAsWritten}${extras}${line.url === undefined ? line.specifier : ` @ ${line.url}`}${marker}`;
}

/** In requirements files pip puts in variables in this spelling alone, and leaves those that are not set (`expand_env_variables`). */
function withVariables(
  text: string | undefined,
  variables: Readonly<Record<string, string>>,
): string | undefined {
  return text?.replace(/\$\{([A-Z0-9_]+)\}/g, (whole, name) => variables[name] || whole);
}

type ReferenceLine = Extract<RequirementsTree['requested'][number]['line'], { kind: 'reference' }>;

function withExtras({ target, extras }: ReferenceLine): string {
  return extras.length === 0 ? target : `${target}[${extras.join(',')}]`;
}

/** A folder with a project in it, by its path in the container. */
async function readLocal(target: string, { instruction, context }: Where): Promise<LocalProject | undefined> {
  const path = target.replace(/\[[^\]]*\]$/, '').replace(/^file:(\/\/)?/, '');
  return readLocalProject(target, contextPaths(path, instruction, context.copies), context.readText);
}

async function readTree(path: string, { instruction, context }: Where): Promise<RequirementsTree> {
  for (const candidate of contextPaths(path, instruction, context.copies)) {
    if ((await context.readText(candidate)) !== undefined)
      return readRequirementsTree(candidate, async (file) =>
        withVariables(await context.readText(file), instruction.before.variables),
      );
  }
  const message = 'this requirements file is not in the build context';
  return { files: [], requested: [], options: [], problems: [{ path, line: 0, message }] };
}
