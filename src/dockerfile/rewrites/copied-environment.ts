import type { DockerfileModel, Instruction, Stage } from '../model.ts';
import { filledIn } from './filled-in.ts';
import { isInstalling } from './tool-commands.ts';
import { environmentPlace, projectInstalls } from './tool-environment-path.ts';

/** A virtual environment that the target stage copies from a builder stage. */
export interface CopiedEnvironment {
  readonly builder: Stage;
  /** `/opt/venv`. */
  readonly path: string;
  /** The last instruction of the builder that installs into it. */
  readonly lastInstall: Instruction;
}

/** Finds `COPY --from=BUILDER /venv /venv` of the target stage where the builder installs with pip, uv, Poetry, PDM or Pipenv; undefined otherwise. */
export function findCopiedEnvironment(model: DockerfileModel): CopiedEnvironment | undefined {
  const target = model.stages[model.target];
  for (const { syntax, before } of target?.instructions ?? []) {
    const from =
      syntax.keyword === 'copy' ? syntax.flags.find((flag) => flag.name === 'from')?.value : undefined;
    // Without it, an unnamed stage would be taken for its own builder.
    if (from === undefined) continue;
    const builder = model.stages.find(
      (stage) => stage.name === from.toLowerCase() || String(stage.position) === from,
    );
    const written = (syntax.json ?? syntax.value.trim().split(/\s+/))[0]?.replace(/\/$/, '');
    const path = written === undefined ? undefined : filledIn(written, before.variables);
    if (builder === undefined || path === undefined) continue;
    const lastInstall = builder.instructions.findLast(installs);
    if (
      lastInstall !== undefined &&
      builder.instructions.some((one) => makesEnvironment(one, path, builder))
    ) {
      return { builder, path, lastInstall };
    }
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

function makesEnvironment(instruction: Instruction, path: string, builder: Stage): boolean {
  const isProjects = projectInstalls(instruction).some((install) => {
    const place = environmentPlace(install, instruction, builder);
    return place.kind === 'fixed' && place.path === path;
  });
  return (
    isProjects ||
    instruction.commands?.some(
      (command) =>
        command.words.some((word) => filledIn(word, instruction.before.variables) === path) &&
        command.words.some((word) => /^(venv|virtualenv)$/.test(word)),
    ) === true
  );
}
