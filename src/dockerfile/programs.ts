import type { Instruction, ShellCommand } from './model.ts';

/** Every simple command of a RUN, those of programs in quotes included. */
export function commandsIn({ commands }: Instruction): readonly ShellCommand[] {
  return (commands ?? []).flatMap(withInner);
}

/** A command and those of the program that it starts: `su app -c 'pip install x'`. */
export function withInner(command: ShellCommand): readonly ShellCommand[] {
  return [command, ...(command.inner?.commands ?? []).flatMap(withInner)];
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
