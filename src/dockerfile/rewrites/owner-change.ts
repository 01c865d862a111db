import { posix } from 'node:path';
import type { Instruction, ShellCommand } from '../model.ts';
import type { TextEdit, TextRange } from '../syntax/syntax.ts';
import { filledIn } from './filled-in.ts';
import { removeWords } from './remove-words.ts';
import { ownGroup } from './stage-users.ts';

/** A `chown -R` or `chmod -R` of a RUN. */
export interface Change {
  readonly command: ShellCommand;
  readonly flag: 'chown' | 'chmod';
  /** As COPY takes it: `app:app`, `$USER:$USER`, `755`. */
  readonly value: string;
  /** With the variables filled in. */
  readonly resolved: string;
  /** Variables of `value` with what they hold. */
  readonly variables: ReadonlyMap<string, string | undefined>;
  /** Absolute paths in the container. */
  readonly paths: readonly string[];
  /** Where each of the paths stands. */
  readonly pathRanges: readonly TextRange[];
  /** Makes it a change of the named directories alone. */
  readonly recursiveEdits: readonly TextEdit[];
  /** Why it cannot be said with COPY; undefined where it can. */
  readonly doubt: string | undefined;
}

/** The recursive changes of owners and modes in a RUN; `before` are the instructions in front of it. */
export function ownerChanges(
  instruction: Instruction,
  before: readonly Instruction[],
  text: string,
): readonly Change[] {
  if (instruction.syntax.keyword !== 'run') return [];
  const user = instruction.before.user;
  if (user !== undefined && user !== 'root' && user !== '0') return [];
  const makers = [...before, instruction];
  return (instruction.commands ?? []).flatMap(
    (command) => readChange(command, { instruction, makers, text }) ?? [],
  );
}

interface Surroundings {
  readonly instruction: Instruction;
  /** The instructions that may make users. */
  readonly makers: readonly Instruction[];
  readonly text: string;
}

function readChange(command: ShellCommand, { instruction, makers, text }: Surroundings): Change | undefined {
  const [program, ...rest] = command.words;
  if (program !== 'chown' && program !== 'chmod') return undefined;
  const options = rest.filter((word) => /^-/.test(word));
  const recursive = options.find((word) => /^(-[a-zA-Z]*R[a-zA-Z]*|--recursive)$/.test(word));
  if (recursive === undefined) return undefined;
  const [spec = '', ...paths] = rest.filter((word) => !/^-/.test(word));
  const expanded = paths.map((path) => filledIn(path, instruction.before.variables));
  const workdir = instruction.before.workdir;
  const written = rawSpec(command, spec, text);
  const value = program === 'chown' ? copyOwnerOf(written, makers) : written;
  const names = [...(value ?? '').matchAll(/\$\{?(\w+)/g)].map((match) => match[1] ?? '');
  return {
    command,
    flag: program,
    value: value ?? written,
    resolved: filledIn(value ?? written, instruction.before.variables),
    variables: new Map(names.map((name) => [name, instruction.before.variables[name]])),
    paths: expanded.map((path) => posix.resolve(workdir ?? '/', path)),
    pathRanges: command.wordRanges.slice(-paths.length),
    recursiveEdits: withoutRecursion(command, recursive),
    doubt: doubtOf({ command, instruction, program, value, options, paths: expanded }),
  };
}

interface ReadWords {
  readonly command: ShellCommand;
  readonly instruction: Instruction;
  readonly program: 'chown' | 'chmod';
  readonly value: string | undefined;
  readonly options: readonly string[];
  readonly paths: readonly string[];
}

function doubtOf({ command, instruction, program, value, options, paths }: ReadWords): string | undefined {
  const commands = instruction.commands ?? [];
  if (!command.isTopLevel) return `${program} -R runs under a condition`;
  if (options.some((word) => !/^(-[Rvcf]+|--recursive|--verbose|--changes|--silent|--quiet)$/.test(word)))
    return `an option of ${program} says how links are followed`;
  if (commands.slice(0, commands.indexOf(command)).some(({ words }) => words[0] === 'cd'))
    return `${program} -R runs behind a cd`;
  if (paths.length === 0 || command.words.slice(-paths.length).some((word) => word.startsWith('-')))
    return `the options of ${program} stand behind its paths`;
  if (paths.some((path) => /[$*?[{~]/.test(path))) return `which paths ${program} -R changes is not known`;
  if (program === 'chmod')
    return /^[0-7]{3,4}$/.test(value ?? '')
      ? undefined
      : 'a mode in letters depends on the mode that each file has';
  return value === undefined ? 'which user and group own the files afterwards is not known' : undefined;
}

/** `app` changes the user alone, but `COPY --chown=app` the group too: `app:root`. `app:` is the user's own group. */
function copyOwnerOf(written: string, makers: readonly Instruction[]): string | undefined {
  const match = /^([\w-]+|\$\w+|\$\{\w+\})(?::([\w-]+|\$\w+|\$\{\w+\})?)?$/.exec(written);
  if (match === null) return undefined;
  const [, user = '', group] = match;
  if (group !== undefined) return `${user}:${group}`;
  if (!written.endsWith(':')) return /^\d+$/.test(user) ? `${user}:0` : `${user}:root`;
  return makers.some((one) => one.commands?.some((command) => ownGroup(command, one) === user))
    ? `${user}:${user}`
    : undefined;
}

/** As it stands in the file, without quotes. */
function rawSpec(command: ShellCommand, spec: string, text: string): string {
  const range = command.wordRanges[command.words.indexOf(spec)];
  const raw = range === undefined ? spec : text.slice(range.start, range.end);
  return raw.replaceAll('"', '');
}

/** With `-R` taken out of the options: `-Rv` is `-v`. */
function withoutRecursion(command: ShellCommand, word: string): readonly TextEdit[] {
  const range = command.wordRanges[command.words.indexOf(word)];
  if (range === undefined) return [];
  const rest = word.startsWith('--') ? '' : word.replaceAll('R', '');
  return rest.length > 1 ? [{ range, newText: rest }] : removeWords(command, [{ range }]);
}

const ownDirectory = /^\/(opt|srv|home|mnt|media|data|var\/(www|task|app))\/[^/]/;

/** A directory that no base image has: `/app`, `/opt/service`, not `/usr/local` or `/home`. */
export function plainDirectory(path: string): boolean {
  if (ownDirectory.test(path)) return true;
  return (
    path !== '/' &&
    !/^\/(bin|boot|dev|etc|home|lib\w*|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)(\/|$)/.test(path)
  );
}
