import type { ShellCommand } from '../model.ts';
import type { DockerfileSyntax, TextEdit } from '../syntax/syntax.ts';

/** Adds a link behind a command of a chain, on a line of its own where the command stands on one: ` && rm -rf /tmp/x`. */
export function appendLink(
  { text }: DockerfileSyntax,
  commands: readonly ShellCommand[],
  { command, link }: { readonly command: ShellCommand; readonly link: string },
): TextEdit {
  const before = commands[commands.indexOf(command) - 1];
  const separator =
    before === undefined
      ? ''
      : text.slice(before.range.end, command.range.start).replaceAll(/^\s*#.*\n/gm, '');
  const isOwnLine =
    /^[ \t]*(?:&&[ \t]*)?\\\r?\n[ \t]*(?:&&[ \t]*)?$/.test(separator) && separator.includes('&&');
  const at = command.range.end;
  return { range: { start: at, end: at }, newText: `${isOwnLine ? separator : ' && '}${link}` };
}
