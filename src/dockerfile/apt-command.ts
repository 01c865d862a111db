import type { ShellCommand } from './model.ts';
import type { TextRange } from './syntax/syntax.ts';

/** One `apt-get install` (or `apt install`) inside a RUN. */
export interface AptInstall {
  readonly command: ShellCommand;
  /** Package words as written; a version pin or a release stays in `text` (`git=1:2.39`, `curl/bookworm`). */
  readonly packages: readonly { readonly name: string; readonly text: string; readonly range: TextRange }[];
  readonly options: readonly string[];
  /** Just behind the word `install`: where an option may be put in. */
  readonly optionsAt: number;
}

/** What `apt-get` is asked to do: `update`, `install`, `clean`, …; undefined for another program. */
export function aptAction(command: ShellCommand): string | undefined {
  const words = withoutSudo(command.words);
  if (words[0] !== 'apt-get' && words[0] !== 'apt') return undefined;
  return words
    .slice(1)
    .find((word, at, rest) => !word.startsWith('-') && !['-o', '-c', '-t'].includes(rest[at - 1] ?? ''));
}

/** The `apt-get install` that a command is, or undefined. */
export function readAptInstall(command: ShellCommand): AptInstall | undefined {
  if (aptAction(command) !== 'install') return undefined;
  const at = command.words.indexOf('install');
  const installRange = command.wordRanges[at];
  if (installRange === undefined) return undefined;
  const options = command.words.filter((word) => word.startsWith('-'));
  const packages = command.words.flatMap((word, position) => {
    const range = command.wordRanges[position];
    const isValue = ['-o', '-c', '-t'].includes(command.words[position - 1] ?? '');
    if (position <= at || word.startsWith('-') || isValue || range === undefined) return [];
    return [{ name: word.replace(/[=/:].*$/, ''), text: word, range }];
  });
  return { command, packages, options, optionsAt: installRange.end };
}

function withoutSudo(words: readonly string[]): readonly string[] {
  return words[0] === 'sudo' ? words.slice(1) : words;
}
