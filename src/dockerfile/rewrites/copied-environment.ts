import { posix } from 'node:path';
import type { DockerfileModel, Instruction, Stage } from '../model.ts';
import { stageNamed } from '../stage-chain.ts';
import { ancestors } from './apt-mounts.ts';
import { filledIn } from './filled-in.ts';
import { isInstalling } from './tool-commands.ts';
import { environmentPlace, projectInstalls } from './tool-environment-path.ts';

/** A virtual environment that the target stage copies from a builder stage. */
export interface CopiedEnvironment {
  /** The stage that installs into it. */
  readonly builder: Stage;
  /** The stage that it is copied from: the builder, or one that starts from it and installs nothing. */
  readonly copiedFrom: Stage;
  /** The COPY of the target stage. */
  readonly copy: Instruction;
  /** `/opt/venv`. */
  readonly path: string;
  /** The last instruction of the builder that installs into it. */
  readonly lastInstall: Instruction;
}

/** Finds `COPY --from=BUILDER /venv /venv` of the target stage, or a folder with the environment in it, where the builder installs with pip, uv, Poetry, PDM or Pipenv; undefined otherwise. */
export function findCopiedEnvironment(model: DockerfileModel): CopiedEnvironment | undefined {
  const target = model.stages[model.target];
  for (const copy of target?.instructions ?? []) {
    const { syntax, before } = copy;
    const from =
      syntax.keyword === 'copy' ? syntax.flags.find((flag) => flag.name === 'from')?.value : undefined;
    // Without it, an unnamed stage would be taken for its own builder.
    if (from === undefined) continue;
    const copiedFrom = stageNamed(model, from);
    const written = (syntax.json ?? syntax.value.trim().split(/\s+/)).map((word) =>
      posix.normalize(filledIn(word.replace(/\/$/, ''), before.variables)),
    );
    const [source] = written;
    if (copiedFrom === undefined || source === undefined) continue;
    const chain = [copiedFrom, ...ancestors(copiedFrom, model)];
    const builder = chain.find((stage) => stage.instructions.some(installs)) ?? copiedFrom;
    const lastInstall = builder.instructions.findLast(installs);
    const paths = builder.instructions.flatMap((one) => madeEnvironments(one, builder));
    // An environment below the folder (`/app/.venv` of `/app`) works at the same path only.
    const isSamePlace = written.length === 2 && written[1] === source;
    const path =
      paths.find((one) => one === source) ??
      (isSamePlace ? paths.find((one) => one.startsWith(`${source}/`)) : undefined);
    if (lastInstall !== undefined && path !== undefined)
      return { builder, copiedFrom, copy, path, lastInstall };
  }
  return undefined;
}

/** What starts the environment's own Python in the builder: `python` where PATH finds that first. */
export function environmentPython({ builder, path }: CopiedEnvironment): string {
  const isOnPath = builder.after.env['PATH']?.startsWith(`${path}/bin`) === true;
  return isOnPath ? 'python' : `${path}/bin/python`;
}

function installs(instruction: Instruction): boolean {
  return instruction.commands?.some(isInstalling) === true;
}

/** The paths of the virtual environments that an instruction makes or installs into. */
function madeEnvironments(instruction: Instruction, builder: Stage): readonly string[] {
  const places = projectInstalls(instruction).map((install) =>
    environmentPlace(install, instruction, builder),
  );
  const commands = instruction.commands ?? [];
  const isMoved = commands.some(({ words }) => words[0] === 'cd');
  const made = commands.flatMap((command) => {
    const at = command.words.findIndex((word) => /^(venv|virtualenv)$/.test(word));
    const written = at === -1 ? undefined : command.words.slice(at + 1).findLast((word) => !/^-/.test(word));
    const path = filledIn(written ?? '', instruction.before.variables);
    if (path === '' || (isMoved && !path.startsWith('/'))) return [];
    return [posix.resolve('/', instruction.before.workdir ?? '/', path)];
  });
  return [...places.flatMap((place) => (place.kind === 'fixed' ? [place.path] : [])), ...made];
}
