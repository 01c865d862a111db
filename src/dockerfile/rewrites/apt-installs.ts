import { type AptInstall, readAptInstall } from '../apt-command.ts';
import type { Instruction, Stage } from '../model.ts';

/** The apt installs of a stage. */
export function aptInstalls(
  stage: Stage,
): { readonly instruction: Instruction; readonly install: AptInstall }[] {
  return stage.instructions.flatMap((instruction) =>
    (instruction.commands ?? []).flatMap((command) => {
      const install = readAptInstall(command);
      return install === undefined ? [] : [{ instruction, install }];
    }),
  );
}
