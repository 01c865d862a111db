import { posix } from 'node:path';
import type { ProjectTool } from '../project-tool-command.ts';
import { joinPieces, type Piece } from '../syntax/pieces.ts';
import { type ContextCopy, makesOwnedFolder, readContextCopy } from './context-paths.ts';
import { removeBlock } from './remove-block.ts';
import { leave, nothingToDo, type ResolvedDockerfile, type Rewrite, type RewriteFacts } from './rewrite.ts';
import { makesEnvironment, type ToolInstruction } from './tool-commands.ts';
import { projectInstalls } from './tool-environment-path.ts';
import { readToolStage, type ToolStage } from './tool-stage.ts';

/** `COPY . .` then `uv sync` → manifests, the dependencies, the source, then the project itself: a code change reinstalls nothing else. */
export const toolLayerOrder: Rewrite = {
  id: 'tool-layer-order',
  title: 'Install dependencies from manifest and lock file before the source is copied',
  risk: 'verify',
  propose(dockerfile, facts) {
    const read = readToolStage(dockerfile, facts);
    const found = read && sourceBeforeInstall(read);
    if (read === undefined || found === undefined) return nothingToDo;
    const reason = whyNot(read, found, facts);
    if (reason !== undefined)
      return leave(`${dockerfile.placeOf(found.install.instruction.syntax)}: ${reason}`);
    return {
      edits: moved(dockerfile, read, { ...found, files: manifestFiles(read.tool, facts) }),
      reason: 'a change of the source no longer repeats the installation of the dependencies',
      leftAlone: [],
    };
  },
};

interface Found {
  readonly copy: ContextCopy;
  readonly install: ToolInstruction;
  /** What stands between both. */
  readonly between: readonly ToolInstruction[];
}

const lockFiles: Readonly<Record<ProjectTool, string>> = {
  uv: 'uv.lock',
  poetry: 'poetry.lock',
  pdm: 'pdm.lock',
  pipenv: 'Pipfile.lock',
};
const otherFiles = ['poetry.toml', 'uv.toml', '.python-version'];
const manifests = /(^|\/)(pyproject\.toml|Pipfile)$/;
const dependenciesAlone: Readonly<Record<ProjectTool, string>> = {
  uv: '--no-install-project',
  poetry: '--no-root',
  pdm: '--no-self',
  pipenv: '',
};

/** The first COPY of the whole source, and the installation behind it, where nothing was installed before. */
function sourceBeforeInstall({ instructions }: ToolStage): Found | undefined {
  const copies = instructions.map(({ instruction }) => readContextCopy(instruction));
  const copyAt = copies.findIndex((copy) => copy?.sources.includes('.') === true);
  const at = instructions.findIndex(({ instruction }) => projectInstalls(instruction).length > 0);
  const [copy, install] = [copies[copyAt], instructions[at]];
  const isInstalledBefore = instructions
    .slice(0, copyAt)
    .some((one) => one.kind === 'install' && projectInstalls(one.instruction).length > 0);
  if (copy === undefined || install === undefined || at < copyAt || isInstalledBefore) return undefined;
  return { copy, install, between: instructions.slice(copyAt + 1, at) };
}

function manifestFiles(tool: ProjectTool, { contextManifests }: RewriteFacts): readonly string[] {
  const manifest = tool === 'pipenv' ? 'Pipfile' : 'pyproject.toml';
  return [manifest, lockFiles[tool], ...otherFiles].filter((name) => contextManifests?.has(name) === true);
}

function whyNot(read: ToolStage, { copy, install, between }: Found, facts: RewriteFacts): string | undefined {
  const { tool, manifest, stage } = read;
  const installs = projectInstalls(install.instruction);
  const { workdir, user } = install.instruction.before;
  const files = manifestFiles(tool, facts);
  const text = files.map((name) => facts.contextManifests?.get(name) ?? '').join('\n');
  if (manifest === undefined || !files.includes(lockFiles[tool]))
    return `manifest and lock file of ${tool} are not both known to be in the build context, so the installation stays behind the source`;
  if (manifest.hasLocalSources)
    return 'dependencies come from the build context (path or workspace), which the installation needs';
  if (/^\s*dynamic\s*=/m.test(facts.contextManifests?.get('pyproject.toml') ?? '') && text !== '')
    return 'metadata of the project is dynamic: reading it needs the source';
  if (workdir === undefined || copy.destination.replace(/(.)\/$/, '$1') !== workdir)
    return 'the source is not copied to the directory that the installation runs in';
  if (
    stage.instructions.some(
      (one) => readContextCopy(one)?.sources.some((source) => manifests.test(source)) === true,
    )
  )
    return 'the manifest is copied by an instruction of its own';
  if (makesOwnedFolder(copy)) return 'the COPY of the source gives the directory its owner and mode';
  if (user !== undefined && user !== 'root' && user !== '0') return `it runs as ${user}`;
  if (installs.length !== 1 || install.otherCommands.length > 0) return 'the RUN does more than install';
  if ([...(facts.contextManifests?.keys() ?? [])].some((path) => posix.basename(path) === 'pyvenv.cfg'))
    return 'an environment lies in the build context, which the source would bring over the installed one';
  const isPathFixed =
    between.every(({ instruction }) => instruction.syntax.keyword !== 'workdir') || isAbsolute(copy);
  return between.every(isMovable) && isPathFixed
    ? undefined
    : 'other steps stand between the COPY of the source and the installation';
}

/** What may as well stand in front of the source: the tool, variables, the directory, the making of an environment. */
function isMovable({ kind, instruction }: ToolInstruction): boolean {
  const { keyword } = instruction.syntax;
  const isMaking = kind === 'install' && instruction.commands?.every(makesEnvironment) === true;
  return kind === 'tool' || isMaking || keyword === 'workdir' || keyword === 'env' || keyword === 'arg';
}

/** Does the COPY go to the same place whatever the working directory and the variables are? */
function isAbsolute({ instruction }: ContextCopy): boolean {
  const { json, value } = instruction.syntax;
  const last = (json ?? value.trim().split(/\s+/)).at(-1) ?? '';
  return last.startsWith('/') && !value.includes('$');
}

function moved(
  { syntax }: ResolvedDockerfile,
  { tool, manifest }: ToolStage,
  { copy, install, between, files }: Found & { readonly files: readonly string[] },
): ReturnType<Rewrite['propose']>['edits'] {
  const { text } = syntax;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const blockOf = ({ instruction: { syntax: one } }: ToolInstruction): Piece => ({
    text: text.slice(one.blockStart, one.range.end),
    from: one.range.start,
  });
  const [command] = projectInstalls(install.instruction);
  const { range } = install.instruction.syntax;
  const isTwice = command?.hasProject === true && manifest?.isPackage !== false;
  const optionAt = command?.command.wordRanges[command.firstArgument - 1]?.end ?? range.end;
  const run = isTwice
    ? {
        text: `${text.slice(range.start, optionAt)} ${dependenciesAlone[tool]}${text.slice(optionAt, range.end)}`,
        from: range.start,
      }
    : blockOf(install);
  const { workdir } = install.instruction.before;
  const lead = [...between.map(blockOf), `COPY ${files.join(' ')} ${workdir === '/' ? '/' : './'}`, run];
  const start = copy.instruction.syntax.blockStart;
  const removed = [...between, ...(isTwice ? [] : [install])];
  return [
    { range: { start, end: start }, ...joinPieces([...lead.flatMap((piece) => [piece, eol]), eol]) },
    ...removed.map(({ instruction }) =>
      removeBlock(text, { start: instruction.syntax.blockStart, end: instruction.syntax.range.end }),
    ),
  ];
}
