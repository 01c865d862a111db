import type { Instruction, ShellCommand } from '../model.ts';
import type { TextEdit } from '../syntax/syntax.ts';

/**
 * Takes commands out of a RUN's chain with the `&&` or `;` in front of each: `apt-get install gcc && make && apt-get purge gcc`. The first
 * command stays, and so does one that anything but a plain link joins.
 */
export function removeLinks(
  run: Instruction,
  text: string,
  isWanted: (command: ShellCommand) => boolean,
): TextEdit[] {
  const commands = run.commands ?? [];
  return commands.flatMap((command, position): TextEdit[] => {
    const previous = commands[position - 1];
    if (previous === undefined || !command.isTopLevel || !isWanted(command)) return [];
    const between = text.slice(previous.range.end, command.range.start);
    // The quote that ends `sh -c '…'` stays.
    const start =
      previous.range.end + (run.quoted.some(({ range }) => range.end === previous.range.end) ? 1 : 0);
    return /^["']?[\s\\]*(&&|;)[\s\\]*$/.test(between)
      ? [{ range: { start, end: command.range.end }, newText: '' }]
      : [];
  });
}
