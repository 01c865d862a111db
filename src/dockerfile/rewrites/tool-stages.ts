import { posix } from 'node:path';
import { joinPieces, type Piece } from '../syntax/pieces.ts';
import type { InstructionSyntax } from '../syntax/syntax.ts';
import { chunkOf, isStateForBuilder } from './builder-stage.ts';
import { type ContextCopy, folderOf, makesOwnedFolder, readContextCopy } from './context-paths.ts';
import { environmentInContext } from './environments-in-source.ts';
import { leave, type ResolvedDockerfile, type Rewrite, type RewriteFacts } from './rewrite.ts';
import { lastingPackages } from './runtime-stage.ts';
import { runtimeBase } from './tool-base.ts';
import type { ToolInstruction } from './tool-commands.ts';
import { projectInstalls } from './tool-environment-path.ts';
import { readToolStage, type ToolStage } from './tool-stage.ts';

/**
 * One stage in which uv, Poetry, PDM or Pipenv installs → a builder with the tool, and a runtime stage that copies the environment to the same
 * path. The source is copied in the runtime stage as before, so an editable installation finds it where it was.
 */
export const toolStages: Rewrite = {
  id: 'tool-stages',
  title: 'Install with uv, Poetry, PDM or Pipenv in a builder stage',
  risk: 'verify',
  propose(dockerfile, facts) {
    const read = readToolStage(dockerfile, facts);
    if (read === undefined) return leave(...inheritedInstalls(dockerfile));
    if (read.obstacles.length > 0) return leave(...read.obstacles);
    if (read.place.kind !== 'fixed')
      return leave(`${read.tool} installs into no environment at a fixed path (see tool-environment)`);
    if (stillStartsThroughTool(read))
      return leave(`the container starts through \`${read.tool} run\` (see start-command)`);
    const { stage } = read;
    const { path } = read.place;
    const order = environmentOrder(read, path, facts);
    const end = stage.instructions.at(-1)?.syntax.range.end ?? stage.from.range.end;
    return {
      edits: [
        {
          range: { start: stage.from.range.start, end },
          ...splitText(dockerfile, read, { path, order, facts }),
        },
      ],
      reason: `${read.tool} and its caches, compilers and headers stay behind in the builder stage; the environment is copied to the same path`,
      leftAlone: order.kind === 'first' ? [] : [order.because],
    };
  },
};

/** A stage that grows from the one that the tool installs in: both would have to change. */
function inheritedInstalls({ model, placeOf }: ResolvedDockerfile): string[] {
  const found: string[] = [];
  let stage = model.stages[model.target];
  while (stage?.baseStage !== undefined) {
    stage = model.stages[stage.baseStage];
    const install = stage?.instructions.find((one) => projectInstalls(one).length > 0);
    const [first] = install === undefined ? [] : projectInstalls(install);
    if (install !== undefined && first !== undefined)
      found.push(
        `${placeOf(install.syntax)}: ${first.tool} installs in a stage that the image only grows from`,
      );
  }
  return found;
}

function stillStartsThroughTool({ stage, instructions, last, tool }: ToolStage): boolean {
  const named = new RegExp(`(^|[\\s"'/])${tool}["'\\s,]+run\\b`);
  return stage.instructions.some(
    ({ syntax }, position) =>
      (['cmd', 'entrypoint', 'healthcheck'].includes(syntax.keyword) && named.test(syntax.value)) ||
      (position > last && instructions[position]?.kind === 'other' && named.test(syntax.value)),
  );
}

function splitText(
  { model, syntax }: ResolvedDockerfile,
  read: ToolStage,
  {
    path,
    order,
    facts,
  }: {
    readonly path: string;
    readonly order: EnvironmentOrder;
    readonly facts: RewriteFacts;
  },
): ReturnType<typeof joinPieces> {
  const { stage } = read;
  const { text } = syntax;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const name = model.stages.some((other) => other.name === 'builder') ? `${read.tool}-builder` : 'builder';
  const from = text.slice(stage.from.range.start, stage.from.range.end);
  const runtimeFrom = from.replace(stage.baseAsWritten, runtimeBase(stage) ?? stage.baseAsWritten);
  const parts: Parts = { read, text, eol, facts };
  const { start } = stage.from.range;
  const copy = `${eol}${eol}COPY --from=${name} ${path} ${path}`;
  return joinPieces([
    { text: `${from.replace(/\s+as\s+\S+\s*$/i, '')} AS ${name}`, from: start },
    ...builderChunks(parts),
    `${eol}${eol}`,
    { text: runtimeFrom, from: start },
    ...runtimeChunks(parts, order, copy),
  ]);
}

interface Parts {
  readonly read: ToolStage;
  readonly facts: RewriteFacts;
  readonly text: string;
  readonly eol: string;
}

/** Everything up to the last installation, but what only describes the image. */
function builderChunks(parts: Parts): (string | Piece)[] {
  const { read, text, eol, facts } = parts;
  const { instructions, last, stage, tool } = read;
  const roles = instructions.map(asBuilderRole);
  const needed = instructions.slice(0, last + 1).filter(({ kind, instruction }, position) => {
    if (kind !== 'state') return true;
    const one = roles[position];
    return (
      instruction.syntax.keyword === 'user' ||
      (one !== undefined && isStateForBuilder(one, roles, true)) ||
      isNamedInManifest(instruction.syntax, facts)
    );
  });
  const chunks = needed.map((one) => chunkOf({ text, stage }, one.classified));
  const isTrue = (variable: string): boolean => stage.after.env[variable] !== undefined;
  const wanted = tool === 'uv' ? ['UV_LINK_MODE=copy', 'UV_PYTHON_DOWNLOADS=0'] : [];
  const missing = wanted.filter((pair) => !isTrue(pair.replace(/=.*/, '')));
  const variables = missing.length === 0 ? [] : [`${eol}ENV ${missing.join(' ')}`];
  return [...variables, ...chunks];
}

/** An ENV that a manifest or lock file refers to: `url = "https://${PACKAGES_HOST}/simple"`. */
function isNamedInManifest(
  { keyword, value }: InstructionSyntax,
  { contextManifests }: RewriteFacts,
): boolean {
  if (keyword !== 'env') return false;
  const names = [...value.matchAll(/(?:^|\s)([A-Za-z_]\w*)(?==|\s)/g)].map((match) => match[1] ?? '');
  return [...(contextManifests?.values() ?? [])].some((text) =>
    names.some((name) => text.includes(`\${${name}}`)),
  );
}

/** As the split for pip sees it: whoever installs or brings a tool uses the variables. */
function asBuilderRole({ classified, kind }: ToolInstruction): ToolInstruction['classified'] {
  return kind === 'install' || kind === 'tool' ? { ...classified, role: 'dependencies' } : classified;
}

/** Everything but the installations and the tool; the environment comes first, so that a change of the code does not bring it again. */
function runtimeChunks(
  { read, text, eol }: Parts,
  order: EnvironmentOrder,
  environmentCopy: string,
): (string | Piece)[] {
  const { instructions, stage, last, first } = read;
  const copies = instructions.map(({ instruction }) => readContextCopy(instruction));
  const firstCopy = copies.findIndex((copy) => copy !== undefined);
  const early = firstCopy === -1 ? first : Math.min(first, firstCopy);
  const position = order.kind === 'first' ? early : last;
  return instructions.flatMap((one, at) => {
    const lead = at === position ? [environmentCopy] : [];
    if (one.kind === 'install' || one.kind === 'tool') return [...systemPart(one, eol), ...lead];
    if (isToolVariable(one, read) || isManifestCopy(at, copies)) return lead;
    return [...lead, chunkOf({ text, stage }, one.classified)];
  });
}

/** Whether the environment can come in front of the source that is copied over the place where it lies. */
type EnvironmentOrder = { readonly kind: 'first' } | { readonly kind: 'behind'; readonly because: string };

function environmentOrder(
  { instructions, last }: ToolStage,
  path: string,
  facts: RewriteFacts,
): EnvironmentOrder {
  const copies = instructions.slice(0, last).flatMap(({ instruction }) => readContextCopy(instruction) ?? []);
  const owned = copies.find((copy) => makesOwnedFolder(copy) && `${path}/`.startsWith(folderOf(copy)));
  if (owned !== undefined)
    return {
      kind: 'behind',
      because: `the environment is copied behind the source, and so again with each change of it: ${owned.destination} gets its owner and mode from the COPY of the source`,
    };
  const inContext = environmentInContext(path, copies);
  if (inContext === undefined || facts.isIgnored?.(posix.join(inContext, 'pyvenv.cfg')) === true)
    return { kind: 'first' };
  return {
    kind: 'behind',
    because: `the environment is copied behind the source, and so again with each change of it: .dockerignore lets ${inContext} through, which would be copied over the one of the image`,
  };
}

/** The apt packages of an installing RUN: which of them the runtime needs is another rewrite's question. */
function systemPart({ instruction }: ToolInstruction, eol: string): Piece[] {
  const names = lastingPackages(instruction).join(' ');
  if (names === '') return [];
  return [
    {
      text: `${eol}${eol}RUN apt-get update && apt-get install -y --no-install-recommends ${names} && rm -rf /var/lib/apt/lists/*`,
      from: instruction.syntax.range.start,
    },
  ];
}

const manifest =
  /^(pyproject\.toml|uv\.lock|poetry\.lock\*?|pdm\.lock\*?|uv\.lock\*|Pipfile(\.lock)?\*?|poetry\.toml|pdm\.toml|\.python-version)$/;

/** `COPY pyproject.toml uv.lock ./` in front of a `COPY . .` that brings the same files to the same place. */
function isManifestCopy(at: number, copies: readonly (ContextCopy | undefined)[]): boolean {
  const copy = copies[at];
  const isManifests =
    copy?.sources.some((source) => manifest.test(source)) === true &&
    // What else the installation reads: `README.md`.
    copy.sources.every(
      (source) => manifest.test(source) || /^[\w.-]+\.(md|rst|txt|toml|cfg|ini)$/.test(source),
    );
  const folder =
    copy?.destination.endsWith('/') === true || copy?.destination === '/' ? copy.destination : undefined;
  if (copy === undefined || !isManifests) return false;
  return copies.slice(at + 1).some((other) => {
    const later = other?.destination.replace(/([^/])$/, '$1/');
    return (
      other?.sources.includes('.') === true &&
      (later === folder || (copy.destination.startsWith(`${later}`) && isSameFile(copy, later ?? '')))
    );
  });
}

/** `COPY pyproject.toml /app/pyproject.toml`. */
function isSameFile(copy: ContextCopy, folder: string): boolean {
  return copy.sources.length === 1 && copy.destination === `${folder}${copy.sources[0]}`;
}

/** ENV and ARG that say nothing to anybody but the tool, and that nothing in the runtime stage refers to. */
function isToolVariable({ instruction }: ToolInstruction, read: ToolStage): boolean {
  const { instructions, tool } = read;
  const { keyword, value } = instruction.syntax;
  if (keyword !== 'env' && keyword !== 'arg') return false;
  const pairs = [...value.matchAll(/(?:^|\s)([A-Za-z_]\w*)(?==|\s|$)/g)].map((match) => match[1] ?? '');
  const names = keyword === 'env' && !/^\s*\w+=/.test(value) ? pairs.slice(0, 1) : pairs;
  const others = instructions.filter((one) => one.instruction !== instruction);
  const isUsed = (name: string, one: ToolInstruction): boolean =>
    new RegExp(`\\$\\{?${name}\\b`).test(one.instruction.syntax.value);
  return names.every((name) => {
    const users = others.filter((one) => isUsed(name, one));
    const isForTool = name.startsWith(`${tool.toUpperCase()}_`) || (keyword === 'arg' && users.length > 0);
    return (
      isForTool &&
      users.every(
        (one) =>
          one.kind === 'install' ||
          one.kind === 'tool' ||
          // `ENV POETRY_VERSION=$POETRY_VERSION` below the ARG.
          (keyword === 'arg' && one.instruction.syntax.keyword === 'env' && isToolVariable(one, read)),
      )
    );
  });
}
