import type { DockerfileModel, Instruction, ShellCommand } from '../model.ts';
import { programOf } from '../programs.ts';
import { rootBase } from '../stage-chain.ts';
import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** What does not fail, or (`yes`) fails by design when its reader has had enough. */
const harmless = /^(?:echo|printf|yes|true|:|\[|test)$/;

/** A pipe whose failure is not noticed. */
export const pipefail: LintRule = {
  id: 'pipefail',
  hadolint: 'DL4006',
  severity: 'warning',
  title: 'a pipe hides a failure',
  check: ({ model, syntax }) =>
    instructionsOf(model, 'run').flatMap((instruction) => {
      const commands = instruction.commands ?? [];
      const isSet =
        instruction.before.shell.some((word) => word.includes('pipefail')) ||
        commands.some(({ words }) => words[0] === 'set' && words.includes('pipefail')) ||
        // Of a program in quotes: `bash -o pipefail -c '…'`.
        (instruction.quoted.length > 0 && /\bpipefail\b/.test(instruction.syntax.value));
      if (isSet) return [];
      const pipe = commands.flatMap((command, at) => {
        const next = commands[at + 1];
        return next !== undefined &&
          isPiped(syntax.text, command, next) &&
          !harmless.test(programOf(command)) &&
          !stopsReading(next)
          ? [{ range: { start: command.range.start, end: next.range.end }, program: programOf(command) }]
          : [];
      })[0];
      if (pipe === undefined) return [];
      const message = `when ${pipe.program} fails, the RUN goes on: ${remedy(model, instruction)}`;
      return [{ range: pipe.range, message }];
    }),
};

/** `find … | head`: the writer fails by design then, and with `pipefail` the build does. */
function stopsReading(command: ShellCommand): boolean {
  const program = programOf(command);
  return (
    program === 'head' ||
    (/^[ef]?grep$/.test(program) &&
      command.words.some((word) => /^-[a-zA-Z]*[qm]\d*$|^--(?:quiet|silent|max-count)/.test(word)))
  );
}

/** `a |& b` and `a | b`, but not `a || b`. */
function isPiped(text: string, command: ShellCommand, next: ShellCommand): boolean {
  return /^\s*(?:\\\s*)?\|(?!\|)/.test(text.slice(command.range.end, next.range.start));
}

/** The shells of Alpine and Debian know the option by other names, or not at all. */
function remedy(model: DockerfileModel, { stage }: Instruction): string {
  const here = model.stages[stage];
  const base = here === undefined ? '' : rootBase(model, here);
  return /alpine|busybox/i.test(base)
    ? 'SHELL ["/bin/ash", "-eo", "pipefail", "-c"]'
    : 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]';
}
