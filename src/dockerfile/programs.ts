import { mayRun } from './branch-condition.ts';
import type { Instruction, ShellCommand } from './model.ts';

/** Every simple command of a RUN, those of programs in quotes included. */
export function commandsIn({ commands }: Instruction): readonly ShellCommand[] {
  return (commands ?? []).flatMap(withInner);
}

/** A command and those of the program that it starts: `su app -c 'pip install x'`. */
export function withInner(command: ShellCommand): readonly ShellCommand[] {
  return [command, ...(command.inner?.commands ?? []).flatMap(withInner)];
}

/**
 * The simple commands of a RUN that this build runs, those of programs in quotes included: without branches that its ARG and ENV rule out
 * (`if [ "$DEV" = true ]`). A condition on anything else may hold.
 */
export function runningCommands({ commands, before }: Instruction): readonly ShellCommand[] {
  const running = (all: readonly ShellCommand[]): readonly ShellCommand[] =>
    all
      .filter(({ branches = [] }) => branches.every((branch) => mayRun(branch, before)))
      .flatMap((one) => [one, ...running(one.inner?.commands ?? [])]);
  return running(commands ?? []);
}

/** The program's name without directory; behind `sudo`, what it runs. */
export function programOf({ words }: ShellCommand): string {
  const name = (words[0] === 'sudo' ? words[1] : words[0]) ?? '';
  return name.split('/').pop() ?? '';
}

/** `python setup.py install`: what pip would do for a source tree, compiling included. */
export function runsSetup({ words }: ShellCommand): boolean {
  const at = words.findIndex((word) => /(^|\/)setup\.py$/.test(word));
  return at > 0 && /^(install|develop|build|build_ext|bdist\w*)$/.test(words[at + 1] ?? '');
}
