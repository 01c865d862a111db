import type { DockerfileModel, Instruction } from './model.ts';
import { readPipInstall } from './pip-command.ts';

/** A requirement whose comparison the shell takes for a redirection. */
export interface RedirectedRequirement {
  readonly instruction: Instruction;
  /** `openvino`. */
  readonly name: string;
  /** As written: `openvino>=2022.3`. */
  readonly requirement: string;
  /** `=2022.3`, the file that pip's output goes to (or, behind `<`, is read from). */
  readonly file: string;
}

/**
 * `pip install openvino>=2022.3` without quotes: the shell installs any version of openvino, and writes pip's output into a file named `=2022.3`.
 * What its author wanted cannot be known: the pinned version may never have been tried.
 */
export function redirectedRequirements(text: string, model: DockerfileModel): RedirectedRequirement[] {
  const runs = model.stages.flatMap((stage) => stage.instructions);
  return runs.flatMap((instruction) =>
    (instruction.commands ?? []).flatMap((command) => {
      const install = readPipInstall(command);
      return (install?.requirements ?? []).flatMap(({ text: name, range }) => {
        const match = /^[<>]{1,2}([^\s;&|<>]+)/.exec(text.slice(range.end));
        // `2>&1` is a redirection on purpose, and `pip install foo>log` may be one.
        const isComparison = match !== null && /^=?\d|^=/.test(match[1] ?? '');
        return isComparison && !/^\d+$/.test(name)
          ? [{ instruction, name, requirement: `${name}${match[0]}`, file: match[1] ?? '' }]
          : [];
      });
    }),
  );
}
