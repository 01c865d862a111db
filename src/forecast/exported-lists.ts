import { posix } from 'node:path';
import { type Instruction, projectExports } from '../dockerfile/index.ts';
import type { ReadContext } from './pip-step.ts';
import { readProjectStep } from './project-steps.ts';
import type { ReadText } from './read-text.ts';

/** Finds what lists hold that tools write in any of these instructions, by the names of their files. */
export function exportedLists(
  instructions: readonly Instruction[],
  readText: ReadText,
): ReadContext['readExported'] {
  const exports = instructions.flatMap((instruction) =>
    projectExports(instruction).map((one) => ({ ...one, instruction })),
  );
  return async (path) => {
    const found = exports.find(({ file }) => posix.basename(file) === posix.basename(path));
    return found && (await readProjectStep(found.install, found.instruction, readText));
  };
}
