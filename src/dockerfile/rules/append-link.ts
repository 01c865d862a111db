import type { ShellCommand } from '../model.ts';
import type { DockerfileSyntax, TextEdit } from '../syntax/syntax.ts';

/** Adds a link behind a command of a chain, on a line of its own where the command stands on one: ` && rm -rf /tmp/x`. */
export function appendLink(
  { text }: DockerfileSyntax,
  commands: readonly ShellCommand[],
  { command, link }: { readonly command: ShellCommand; readonly link: string },
): TextEdit {
  const at = command.range.end;
  const position = commands.indexOf(command);
  const [before, after] = [commands[position - 1], commands[position + 1]];
  const separators = [
    before === undefined ? '' : text.slice(before.range.end, command.range.start),
    after === undefined ? '' : text.slice(at, after.range.start),
  ].map((separator) => separator.replaceAll(/^\s*#.*\n/gm, ''));
  const ownLine = separators.find(
    (separator) =>
      /^[ \t]*(?:&&[ \t]*)?\\\r?\n[ \t]*(?:&&[ \t]*)?$/.test(separator) && separator.includes('&&'),
  );
  return { range: { start: at, end: at }, newText: `${ownLine ?? ' && '}${link}` };
}
