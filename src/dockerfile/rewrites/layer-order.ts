import { posix } from 'node:path';
import { joinPieces } from '../syntax/pieces.ts';
import { isStateForBuilder } from './builder-stage.ts';
import { type ClassifiedInstruction, classifyInstruction } from './classify-instruction.ts';
import { contextPathOf, readContextCopy } from './context-paths.ts';
import { filledIn } from './filled-in.ts';
import { removeBlock } from './remove-block.ts';
import {
  leave,
  nothingToDo,
  type ResolvedDockerfile,
  type Rewrite,
  type RewriteFacts,
  type RewriteProposal,
} from './rewrite.ts';

/** `COPY . .` then `pip install -r` → manifests, installation, then the source: a code change reinstalls nothing. */
export const layerOrder: Rewrite = {
  id: 'layer-order',
  title: 'Install dependencies before the source is copied',
  risk: 'safe',
  // One installation at a time.
  isRepeated: true,
  propose({ syntax, model, placeOf }, facts) {
    for (const stage of model.stages) {
      const classified = stage.instructions.map(classifyInstruction);
      const copyAt = classified.findIndex((one) => copiesSource(one, facts));
      const installAt = classified.findIndex(
        (one, at) => at > copyAt && one.role === 'dependencies' && needsFiles(one),
      );
      if (copyAt === -1 || installAt === -1) continue;
      return moveInstall({ text: syntax.text, placeOf, classified, copyAt, installAt }, facts);
    }
    return nothingToDo;
  },
};

interface Move {
  readonly text: string;
  readonly placeOf: ResolvedDockerfile['placeOf'];
  readonly classified: readonly ClassifiedInstruction[];
  readonly copyAt: number;
  readonly installAt: number;
}

/** Not `COPY requirements/ requirements/`. */
function copiesSource({ instruction }: ClassifiedInstruction, facts: RewriteFacts): boolean {
  const copy = readContextCopy(instruction);
  return copy?.isBroad === true && !copy.sources.every((source) => facts.requirementFolders.has(source));
}

function needsFiles(one: ClassifiedInstruction): boolean {
  return one.installs.some((install) => install.requirementFiles.length > 0);
}

/** An ENV that installers read, a USER, a SHELL: the installation cannot pass it. */
function decides(one: ClassifiedInstruction, classified: readonly ClassifiedInstruction[]): boolean {
  const { keyword } = one.instruction.syntax;
  if (keyword === 'user' || keyword === 'shell') return true;
  return (keyword === 'env' || keyword === 'arg') && isStateForBuilder(one, classified);
}

function moveInstall(
  { text, placeOf, classified, copyAt, installAt }: Move,
  facts: RewriteFacts,
): RewriteProposal {
  const copy = classified[copyAt]?.instruction;
  const install = classified[installAt];
  if (copy === undefined || install === undefined) return nothingToDo;
  const line = placeOf(install.instruction.syntax);
  const between = classified
    .slice(copyAt + 1, installAt)
    .filter((one) => one.role !== 'state' && one.role !== 'copy');
  if (between.length > 0)
    return leave(`${line}: other steps stand between the COPY of the source and the installation`);
  const state = classified.slice(copyAt + 1, installAt).find((one) => decides(one, classified));
  if (state !== undefined)
    return leave(
      `${line}: ${placeOf(state.instruction.syntax)} may decide how it installs, and stands behind the COPY of the source`,
    );
  if (install.otherCommands.length > 0) return leave(`${line}: the RUN does more than install`);
  if (install.installs.some((one) => one.localPaths.length > 0))
    return leave(`${line}: installs from the source tree`);
  const copies = classified.slice(0, installAt).flatMap((one) => readContextCopy(one.instruction) ?? []);
  const files = install.installs
    .flatMap((one) => [...one.requirementFiles, ...one.constraintFiles])
    .map(({ text: file }) => ({ text: filledIn(file, install.instruction.before.env) }));
  const workdir = copy.before.workdir ?? '/';
  const contextFiles = files.map((file) =>
    contextPathOf(posix.resolve(install.instruction.before.workdir ?? '/', file.text), copies),
  );
  const closure = contextFiles.flatMap((path) =>
    path === undefined ? [] : (facts.requirementClosure.get(path) ?? [path]),
  );
  const isFlat = closure.every((path) => !path.includes('/') && !facts.requirementsWithSource.has(path));
  // One COPY brings them all to where pip looks for them.
  const places = files.map((file) => posix.resolve(workdir, file.text));
  const [directory = workdir] = places.map((place) => posix.dirname(place));
  const isOnePlace = places.every((place, at) => place === posix.join(directory, contextFiles[at] ?? ''));
  if (
    contextFiles.includes(undefined) ||
    !isFlat ||
    !isOnePlace ||
    install.instruction.before.workdir !== copy.before.workdir
  ) {
    return leave(`${line}: where its requirements files come from is not plain enough to move it`);
  }
  // What a COPY of these files alone has brought already is there.
  const earlier = classified.slice(0, copyAt).flatMap((one) => readContextCopy(one.instruction) ?? []);
  const isThere = files.every(
    (file) =>
      contextPathOf(posix.resolve(install.instruction.before.workdir ?? '/', file.text), earlier) !==
      undefined,
  );
  const isBrought = isThere && closure.length === files.length;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  // A COPY of just these files behind the source: it moves along, and no other one is needed.
  const own = classified.slice(copyAt + 1, installAt).filter((one) => {
    const brought = readContextCopy(one.instruction);
    return (
      brought !== undefined &&
      one.instruction.syntax.flags.length === 0 &&
      brought.sources.every((source) => closure.includes(source)) &&
      brought.destination.replace(/(.)\/$/, '$1') ===
        (brought.destination.endsWith('/') ? directory : places[0])
    );
  });
  const ownSources = own.flatMap((one) => readContextCopy(one.instruction)?.sources ?? []);
  const isOwn = !isBrought && own.length > 0 && closure.every((path) => ownSources.includes(path));
  const moved = isOwn ? own : [];
  const { blockStart, range } = install.instruction.syntax;
  const block = text.slice(blockStart, range.end);
  const target = directory !== '/' && directory === workdir ? './' : `${directory.replace(/\/$/, '')}/`;
  return {
    edits: [
      {
        range: { start: copy.syntax.blockStart, end: copy.syntax.blockStart },
        ...joinPieces([
          ...moved.flatMap(({ instruction: { syntax } }) => [
            { text: text.slice(syntax.blockStart, syntax.range.end), from: syntax.range.start },
            eol,
          ]),
          isBrought || isOwn ? '' : `COPY ${[...new Set(closure)].join(' ')} ${target}${eol}`,
          { text: block, from: range.start },
          `${eol}${eol}`,
        ]),
      },
      ...moved.map(({ instruction: { syntax } }) =>
        removeBlock(text, { start: syntax.blockStart, end: syntax.range.end }),
      ),
      removeBlock(text, { start: blockStart, end: range.end }),
    ],
    reason: 'a change of the source no longer repeats the installation',
    leftAlone: [],
  };
}
