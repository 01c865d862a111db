import { isCondaClean } from '../conda-command.ts';
import type { Stage } from '../model.ts';
import { keptStages } from '../stage-chain.ts';
import { joinPieces, type Piece } from '../syntax/pieces.ts';
import { aptInstalls } from './apt-installs.ts';
import { chunkOf } from './builder-stage.ts';
import { readCondaBase } from './conda-base.ts';
import { type CondaInstruction, classifyCondaInstruction } from './conda-commands.ts';
import type { CondaEnvironment } from './conda-environment.ts';
import { isMambaUser, readCondaStage } from './conda-stage.ts';
import { hasWheels, installedFiles } from './conda-stage-files.ts';
import type { CondaStage } from './conda-stage-model.ts';
import { activationScript, changedCondaStart } from './conda-start.ts';
import { isOnPath } from './conda-start-obstacles.ts';
import { type ContextCopy, readContextCopy } from './context-paths.ts';
import { leave, type ResolvedDockerfile, type Rewrite, type RewriteFacts } from './rewrite.ts';
import { lastingPackages } from './runtime-stage.ts';
import { usedCommands } from './used-commands.ts';

/**
 * One stage in which conda installs → a builder with conda, and a runtime stage on a small system that copies the environment to the same path,
 * which its files have in them. What activating does beside PATH, the scripts of the packages (`etc/conda/activate.d`), a script does at the start.
 */
export const condaStages: Rewrite = {
  id: 'conda-stages',
  title: 'Install with conda in a builder stage, copy the environment',
  risk: 'verify',
  propose(dockerfile, facts) {
    const read = readCondaStage(dockerfile, facts);
    if (read === undefined) return leave(...inheritedInstalls(dockerfile));
    if (read.obstacles.length > 0 || read.environment === undefined) return leave(...read.obstacles);
    const { stage, environment, base } = read;
    const end = stage.instructions.at(-1)?.syntax.range.end ?? stage.from.range.end;
    const isWhole = environment.prefix === base.prefix;
    const isSame = base.kind === 'micromamba';
    return {
      edits: [
        {
          range: { start: stage.from.range.start, end },
          ...splitText({ dockerfile, read, facts, environment }),
        },
      ],
      reason: isSame
        ? `compilers, headers and downloads stay behind in the builder stage; ${base.prefix} is copied onto the same image, whose ENTRYPOINT activates the environment as before`
        : isWhole
          ? 'downloads, compilers and what the base brings for people stay behind in the builder stage; conda and its environment are copied to the same path'
          : `conda itself, its downloads and what the base brings for people stay behind in the builder stage; the environment ${environment.name} is copied to the same path`,
      leftAlone: [],
    };
  },
};

/** A stage that grows from the one that conda installs in: both would have to change. */
function inheritedInstalls({ model, placeOf }: ResolvedDockerfile): string[] {
  const chain = keptStages(model);
  const [root] = chain;
  if (chain.length < 2 || root === undefined || readCondaBase(root.base) === undefined) return [];
  return chain
    .slice(0, -1)
    .flatMap((stage) => stage.instructions)
    .filter((one) => classifyCondaInstruction(one).kind === 'install')
    .slice(0, 1)
    .map(({ syntax }) => `${placeOf(syntax)}: conda installs in a stage that the image only grows from`);
}

interface Parts {
  readonly dockerfile: ResolvedDockerfile;
  readonly read: CondaStage;
  readonly facts: RewriteFacts;
  readonly environment: CondaEnvironment;
}

function splitText(parts: Parts): ReturnType<typeof joinPieces> {
  const { dockerfile, read } = parts;
  const { stage, base } = read;
  const { text } = dockerfile.syntax;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const isTaken = dockerfile.model.stages.some((other) => other.name === 'builder');
  const name = isTaken ? 'conda-builder' : 'builder';
  const from = text.slice(stage.from.range.start, stage.from.range.end);
  const { start } = stage.from.range;
  const system = base.kind === 'micromamba' ? stage.baseAsWritten : base.system;
  return joinPieces([
    { text: `${from.replace(/\s+as\s+\S+\s*$/i, '')} AS ${name}`, from: start },
    ...builderChunks(parts, eol),
    `${eol}${eol}`,
    { text: from.replace(stage.baseAsWritten, system), from: start },
    ...runtimeChunks(parts, name, eol),
  ]);
}

/** Everything up to the last installation, but what only describes the image; and what is copied with conda itself is cleaned. */
function builderChunks({ dockerfile, read, environment }: Parts, eol: string): (string | Piece)[] {
  const { instructions, last, stage, base } = read;
  const { text } = dockerfile.syntax;
  // conda, pip and what they compile with read variables of any name.
  const needed = instructions
    .slice(0, last + 1)
    .filter(
      ({ kind, instruction }) =>
        kind !== 'state' || /^(env|arg|workdir|shell|user)$/.test(instruction.syntax.keyword),
    );
  const isCleaned = stage.instructions.some(({ commands }) => commands?.some(isCondaClean) === true);
  const command =
    base.kind === 'micromamba' ? 'micromamba clean --all --yes' : `${base.prefix}/bin/conda clean -afy`;
  const cleaning = environment.prefix === base.prefix && !isCleaned ? [`${eol}RUN ${command}`] : [];
  return [...needed.map((one) => chunkOf({ text, stage }, one.classified)), ...cleaning];
}

/** What the base brings and something uses, then everything but the installations; the environment in front of the first COPY. */
function runtimeChunks(parts: Parts, builder: string, eol: string): (string | Piece)[] {
  const { dockerfile, read, environment } = parts;
  const { instructions, stage, base } = read;
  const { text } = dockerfile.syntax;
  const isWhole = environment.prefix === base.prefix;
  const changed = new Map(
    instructions.map(
      (one) => [one, changedCondaStart(one.instruction, { environment, base, text })] as const,
    ),
  );
  const kept = instructions.filter((one, position) => isKept(one, position, read));
  const isActivated = !isWhole && kept.some((one) => changed.get(one)?.isActivated === true);
  const position = environmentPosition(kept, parts);
  const copy = environmentCopy(parts, { builder, eol, isActivated });
  const chunks = kept.map((one) => {
    if (one.kind === 'install') return systemPart(one, eol);
    return chunkOf({ text, stage }, one.classified, isWhole ? [] : (changed.get(one)?.edits ?? []));
  });
  return [
    ...systemChunks(parts, kept, eol),
    ...(isActivated ? [scriptChunk(eol)] : []),
    ...chunks.slice(0, position),
    copy,
    ...chunks.slice(position),
  ];
}

/** In front of the first COPY, so that a change of the code does not repeat it; behind a source that it lies in, and ahead of whoever uses it. */
function environmentPosition(kept: readonly CondaInstruction[], { read, environment }: Parts): number {
  const { instructions, last } = read;
  const copies = kept.map(({ instruction }) => readContextCopy(instruction));
  const after = kept.findIndex((one) => instructions.indexOf(one) > last);
  const end = after === -1 ? kept.length : after;
  const covering = copies
    .slice(0, end)
    .findLastIndex((copy) => copy?.isBroad === true && holds(copy, environment.prefix));
  if (covering !== -1) return covering + 1;
  const first = copies.findIndex((copy) => copy !== undefined);
  return first === -1 ? end : Math.min(first, end);
}

/** Installations go, and what is for conda, for interactive shells, or for the installations alone. */
function isKept(one: CondaInstruction, position: number, read: CondaStage): boolean {
  // Where the tool stays, so do its settings and those of its shells.
  if (one.kind === 'setup') return read.base.kind === 'micromamba';
  if (one.kind === 'install') return lastingPackages(one.instruction).length > 0;
  const copy = readContextCopy(one.instruction);
  if (copy === undefined || position > read.last) return true;
  const files = installedFiles(read);
  const isForInstallation = copy.sources.every((source) => files.has(source.replace(/^.*\//, '')));
  const isAgain = read.instructions.slice(position + 1).some(({ instruction }) => {
    const later = readContextCopy(instruction);
    return (
      later?.sources.includes('.') === true &&
      copy.destination.startsWith(later.destination.replace(/([^/])$/, '$1/'))
    );
  });
  return !isForInstallation || !(isAgain || copy.destination.startsWith('/tmp/'));
}

function holds(copy: ContextCopy, path: string): boolean {
  if (copy.destination === '/') return false;
  return path.startsWith(copy.destination.endsWith('/') ? copy.destination : `${copy.destination}/`);
}

function environmentCopy(
  { read, environment }: Parts,
  {
    builder,
    eol,
    isActivated,
  }: { readonly builder: string; readonly eol: string; readonly isActivated: boolean },
): string {
  const { stage, base } = read;
  const { prefix, name } = environment;
  const isWhole = prefix === base.prefix;
  const hasPath = isOnPath({ before: stage.after }, read);
  const variables = [
    ...(isWhole ? [] : !hasPath && isActivated ? [`PATH="${prefix}/bin:$PATH"`] : []),
    ...(isActivated ? [`CONDA_PREFIX=${prefix}`, `CONDA_DEFAULT_ENV=${name}`] : []),
  ];
  const line = variables.length === 0 ? '' : `${eol}ENV ${variables.join(' ')}`;
  return `${eol}${eol}COPY --from=${builder}${ownerOption(read)} ${prefix} ${prefix}${line}`;
}

/** What micromamba's own user has installed stays his. */
function ownerOption({ base, instructions }: CondaStage): string {
  const isMambas = instructions.some(({ kind, instruction }) => {
    const { user } = instruction.before;
    return kind === 'install' && (user === undefined || isMambaUser(user));
  });
  return base.kind === 'micromamba' && isMambas ? ' --chown=$MAMBA_USER:$MAMBA_USER' : '';
}

/** The variables and packages of the base that the container or a later step may use. */
function systemChunks(
  { read, facts, environment }: Parts,
  kept: readonly CondaInstruction[],
  eol: string,
): string[] {
  const { base, stage } = read;
  if (base.kind === 'micromamba') return [];
  const isWhole = environment.prefix === base.prefix;
  const path = isWhole ? [`PATH="${base.prefix}/bin:$PATH"`] : [];
  const variables = Object.entries(base.variables).map(([name, value]) => `${name}=${value}`);
  const runtime: Stage = {
    ...stage,
    instructions: kept.filter(({ kind }) => kind !== 'install').map((one) => one.instruction),
  };
  const used = new Set([...facts.neededCommands.keys(), ...usedCommands(runtime).keys()]);
  const present = new Set(
    aptInstalls(stage).flatMap(({ install }) => install.packages.map((found) => found.name)),
  );
  const hasEntrypoint = stage.instructions.some(({ syntax }) => syntax.keyword === 'entrypoint');
  const entrypoint = hasEntrypoint ? undefined : base.entrypoint;
  const names = [
    'ca-certificates',
    ...base.packages
      .filter(({ commands }) => commands.some((command) => used.has(command)))
      .map(({ name }) => name),
    ...(hasWheels(read, facts) ? base.libraries : []),
    ...(base.entrypoint !== undefined &&
    (entrypoint !== undefined || used.has(base.entrypoint.words[0] ?? ''))
      ? [base.entrypoint.packageName]
      : []),
  ].filter((name) => !present.has(name));
  return [
    `${eol}ENV ${[...variables, ...path].join(' ')}`,
    ...(names.length === 0
      ? []
      : [
          `${eol}RUN apt-get update && apt-get install -y --no-install-recommends ${names.join(' ')} && rm -rf /var/lib/apt/lists/*`,
        ]),
    ...(entrypoint === undefined
      ? []
      : [`${eol}ENTRYPOINT ${JSON.stringify(entrypoint.words).replaceAll(',', ', ')}`]),
  ];
}

/** `conda run` without conda: what the packages want to be set in an activated environment, then the program. */
function scriptChunk(eol: string): string {
  const lines = [
    '#!/bin/bash',
    'for script in "$CONDA_PREFIX"/etc/conda/activate.d/*.sh; do if [ -e "$script" ]; then . "$script"; fi; done',
    'exec "$@"',
  ];
  return (
    `${eol}# What activating a conda environment does beside PATH: the scripts that its packages bring.` +
    `${eol}RUN printf '%s\\n' ${lines
      .map((line) => `'${line}'`)
      .join(' \\\n    ')
      .replaceAll('\n', eol)} \\${eol}    > ${activationScript} && chmod 755 ${activationScript}`
  );
}

/** The apt packages of an installing RUN: which of them the runtime needs is another rewrite's question. */
function systemPart(one: CondaInstruction, eol: string): Piece {
  const text = `${eol}${eol}RUN apt-get update && apt-get install -y --no-install-recommends ${lastingPackages(one.instruction).join(' ')} && rm -rf /var/lib/apt/lists/*`;
  return { text, from: one.instruction.syntax.range.start };
}
