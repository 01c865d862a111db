import { posix } from 'node:path';
import { aptAction } from '../apt-command.ts';
import type { Stage } from '../model.ts';
import { applyEdits } from '../syntax/apply-edits.ts';
import type { Piece } from '../syntax/pieces.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import type { ClassifiedInstruction } from './classify-instruction.ts';
import { type ContextCopy, contextPathOf, readContextCopy } from './context-paths.ts';
import { environmentPath, makeEnvironment, type StagePython } from './make-environment.ts';
import { removeLinks } from './remove-links.ts';
import { removeWords } from './remove-words.ts';
import type { RequirementCopies } from './requirement-copies.ts';
import { isToolCommand, isToolPip } from './tool-commands.ts';

/** What both stages are put together from. */
export interface Assembly {
  /** The whole Dockerfile. */
  readonly text: string;
  readonly stage: Stage;
  readonly classified: readonly ClassifiedInstruction[];
  readonly files: RequirementCopies;
  readonly python: StagePython;
  /** A virtual environment that the Dockerfile makes itself. */
  readonly environment: string | undefined;
  readonly eol: string;
}

/** The text of an instruction with everything between it and the one before: comments and empty lines travel with it. */
export function chunkOf(
  { text, stage }: Pick<Assembly, 'text' | 'stage'>,
  { instruction }: Pick<ClassifiedInstruction, 'instruction'>,
  edits: readonly TextEdit[] = [],
): Piece {
  const position = stage.instructions.indexOf(instruction);
  const start = stage.instructions[position - 1]?.syntax.range.end ?? stage.from.range.end;
  const moved = edits.map(({ range, newText }) => ({
    range: { start: range.start - start, end: range.end - start },
    newText,
  }));
  return {
    text: applyEdits(text.slice(start, instruction.syntax.range.end), moved),
    from: instruction.syntax.range.start,
  };
}

/** What stands between an instruction and the one before, behind an empty line, if there is a comment in it. */
function commentsOf(assembly: Assembly, one: ClassifiedInstruction): string {
  const { range } = one.instruction.syntax;
  const above = chunkOf(assembly, one).text.slice(0, range.start - range.end);
  if (!above.includes('#')) return '';
  return above.startsWith(assembly.eol.repeat(2)) ? above : `${assembly.eol}${above}`;
}

/** The builder behind its FROM: everything up to the last installation that the installations need. */
export function builderChunks(assembly: Assembly): (string | Piece)[] {
  const { classified, files, environment, eol, python, stage } = assembly;
  const last = classified.findLastIndex((one) => one.role === 'dependencies');
  const making = environment === undefined ? environmentPosition(classified) : -1;
  // Source waits until a package of it is installed, so that a change of it repeats nothing else.
  let waiting: ClassifiedInstruction[] = [];
  // A COPY of requirements moves down to the installation; the comments of one that does not serve travel to the COPY that takes its place.
  let manifests: ClassifiedInstruction[] = [];
  return classified.slice(0, last + 1).flatMap((one, position) => {
    const parts: (string | Piece)[] =
      position === making
        ? [`${eol}${eol}${makeEnvironment(python, stage, eol, uvVariables(assembly))}`]
        : [];
    const isLocal = one.installs.some((install) => install.localPaths.length > 0);
    const source = isLocal ? waiting : [];
    parts.push(...source.map((copy) => chunkOf(assembly, copy)));
    if (isLocal) waiting = [];
    if (files.manifestOnly.has(one)) manifests.push(one);
    else if (one.role === 'copy' && !isForBuilder(one, assembly)) waiting.push(one);
    const brought = source.flatMap(({ instruction }) => readContextCopy(instruction) ?? []);
    const wanted = [...(files.before.get(one) ?? [])].filter(
      ([place, sources]) => !bringsAll(brought, place, sources),
    );
    const own = wanted.length === 0 ? [] : servingCopies(manifests, wanted);
    if (own.length > 0) {
      parts.push(...own.map((copy) => chunkOf(assembly, copy)));
      manifests = manifests.filter((copy) => !own.includes(copy));
    } else if (wanted.length > 0) {
      const comments = manifests.map((copy) => commentsOf(assembly, copy)).join('');
      parts.push(
        ...wanted.map(([place, sources], at) =>
          copyLine(one, { place, sources, lead: at === 0 && comments !== '' ? comments : eol.repeat(2) }),
        ),
      );
      manifests = [];
    }
    return isForBuilder(one, assembly)
      ? [...parts, chunkOf(assembly, one, builderEdits(one, assembly))]
      : parts;
  });
}

/** Whether copies bring all files of a place from where they lie in the build context. */
function bringsAll(copies: readonly ContextCopy[], place: string, sources: readonly string[]): boolean {
  return sources.every((file) => contextPathOf(posix.join(place, posix.basename(file)), copies) === file);
}

/** The user's own instructions, where they bring just what an installation reads; empty where others are needed. */
function servingCopies(
  manifests: readonly ClassifiedInstruction[],
  wanted: readonly (readonly [place: string, sources: readonly string[]])[],
): readonly ClassifiedInstruction[] {
  const copies = manifests.flatMap(({ instruction }) => readContextCopy(instruction) ?? []);
  const isServing = wanted.every(([place, sources]) => bringsAll(copies, place, sources));
  const needed = wanted.flatMap(([, sources]) => sources);
  // A variable of the path may not be there in the builder.
  const isPlain = copies.every(
    ({ instruction, sources }) =>
      !instruction.syntax.value.includes('$') && sources.every((source) => needed.includes(source)),
  );
  return isServing && isPlain ? manifests : [];
}

function copyLine(
  { instruction }: ClassifiedInstruction,
  {
    place,
    sources,
    lead,
  }: { readonly place: string; readonly sources: readonly string[]; readonly lead: string },
): string {
  const isHere = place === (instruction.before.workdir ?? '/');
  return `${lead}COPY ${sources.join(' ')} ${isHere ? './' : `${place.replace(/\/$/, '')}/`}`;
}

/** In front of the first installation and of the ARGs that stand directly above it with their comment. */
function environmentPosition(classified: readonly ClassifiedInstruction[]): number {
  let position = classified.findIndex((one) => one.role === 'dependencies' && !bringsTool(one));
  while (classified[position - 1]?.instruction.syntax.keyword === 'arg') position -= 1;
  return position;
}

/** uv installs into what VIRTUAL_ENV names; PATH says nothing to it. */
function uvVariables({ classified, stage }: Assembly): string {
  if (!classified.some((one) => one.installs.some((install) => install.tool === 'uv'))) return '';
  const isSystem = stage.after.env['UV_SYSTEM_PYTHON'] !== undefined;
  return ` VIRTUAL_ENV=${environmentPath}${isSystem ? ' UV_SYSTEM_PYTHON=0' : ''}`;
}

/** `pip install uv`, `pip install --upgrade pip uv`: the tool stays out of the environment. */
function bringsTool({ instruction }: ClassifiedInstruction): boolean {
  const commands = instruction.commands ?? [];
  return commands.some(isToolPip) && commands.every(isToolCommand);
}

/** Inside a virtual environment pip refuses `--user`, and `uv pip --system` looks past it; and what a builder stage removes again was needed in no image. */
function builderEdits(one: ClassifiedInstruction, { text }: Assembly): TextEdit[] {
  const userOptions = one.installs.flatMap((install) =>
    removeWords(
      install.command,
      install.options.filter(
        (option) => option.text === '--user' || (install.tool === 'uv' && option.text === '--system'),
      ),
    ),
  );
  const removals = removeLinks(one.instruction, text, (command) =>
    /^(purge|remove|autoremove|auto-remove)$/.test(aptAction(command) ?? ''),
  );
  return [...userOptions, ...removals];
}

function isForBuilder(one: ClassifiedInstruction, { classified, files }: Assembly): boolean {
  if (one.role === 'system' || one.role === 'copy-from' || one.role === 'dependencies') return true;
  if (one.role === 'state') return isStateForBuilder(one, classified);
  return one.role === 'copy' && isForInstallation(one, files);
}

/** A COPY of something else than sources and manifests, such as a `pip.conf`: pip may read it. */
function isForInstallation(one: ClassifiedInstruction, files: RequirementCopies): boolean {
  if (files.manifestOnly.has(one)) return false;
  const copy = readContextCopy(one.instruction);
  return (
    copy !== undefined &&
    !copy.isBroad &&
    copy.sources.some((source) => /(pip\.conf|\.netrc|\.crt|\.pem|\.whl)$/.test(source))
  );
}

const installerVariables =
  /^(PIP_|UV_|POETRY_|PDM_|PIPENV_|VIRTUAL_ENV$|PYTHON|C(XX)?FLAGS|LD|LIBRARY_PATH|CPATH|CUDA|TORCH_|MAX_JOBS|CMAKE|PATH$|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY|DEBIAN_FRONTEND|LANG|LC_|SSL_CERT|REQUESTS_CA)/;

/**
 * WORKDIR, SHELL, and the variables that installers read or that an instruction of the builder (with `hasCopies` also a COPY) refers to. An ARG that
 * no instruction refers to is there for what a RUN starts: pip and Pipenv fill it into requirements files and manifests.
 */
export function isStateForBuilder(
  one: ClassifiedInstruction,
  classified: readonly ClassifiedInstruction[],
  hasCopies = false,
): boolean {
  const { keyword, value } = one.instruction.syntax;
  if (keyword === 'shell' || keyword === 'workdir') return true;
  if (keyword !== 'env' && keyword !== 'arg') return false;
  const names =
    keyword === 'arg'
      ? [...value.matchAll(/(?:^|\s)([A-Za-z_]\w*)/g)].map((match) => match[1] ?? '')
      : [...value.matchAll(/(?:^|\s)([A-Za-z_]\w*)[= ]/g)].map((match) => match[1] ?? '');
  const refersTo = (name: string, other: ClassifiedInstruction): boolean =>
    other !== one && new RegExp(`\\$\\{?${name}\\b`).test(other.instruction.syntax.value);
  if (keyword === 'arg' && names.some((name) => !classified.some((other) => refersTo(name, other))))
    return true;
  const users = classified.filter(
    (other) =>
      other !== one &&
      (['dependencies', 'system', 'copy-from'].includes(other.role) ||
        (hasCopies && ['copy', 'arrangement'].includes(other.role)) ||
        ['workdir', 'env', 'arg'].includes(other.instruction.syntax.keyword)),
  );
  return names.some((name) => installerVariables.test(name) || users.some((user) => refersTo(name, user)));
}
