import type { DockerfileModel, Instruction, Stage } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';

/** A virtual environment that the target stage copies from a builder stage. */
export interface CopiedEnvironment {
  readonly builder: Stage;
  /** `/opt/venv`. */
  readonly path: string;
  /** The last instruction of the builder that installs into it. */
  readonly lastInstall: Instruction;
}

/** Finds `COPY --from=BUILDER /venv /venv` of the target stage where the builder installs with pip; undefined otherwise. */
export function findCopiedEnvironment(model: DockerfileModel): CopiedEnvironment | undefined {
  const target = model.stages[model.target];
  for (const { syntax } of target?.instructions ?? []) {
    const from =
      syntax.keyword === 'copy' ? syntax.flags.find((flag) => flag.name === 'from')?.value : undefined;
    const builder = model.stages.find(
      (stage) => stage.name === from?.toLowerCase() || String(stage.position) === from,
    );
    const path = (syntax.json ?? syntax.value.trim().split(/\s+/))[0]?.replace(/\/$/, '');
    if (builder === undefined || path === undefined) continue;
    const lastInstall = builder.instructions.findLast(installs);
    if (lastInstall !== undefined && builder.instructions.some((one) => makesEnvironment(one, path))) {
      return { builder, path, lastInstall };
    }
  }
  return undefined;
}

function installs(instruction: Instruction): boolean {
  return instruction.commands?.some((command) => readPipInstall(command) !== undefined) === true;
}

function makesEnvironment(instruction: Instruction, path: string): boolean {
  return (
    instruction.commands?.some(
      (command) =>
        command.words.includes(path) && command.words.some((word) => /^(venv|virtualenv)$/.test(word)),
    ) === true
  );
}
