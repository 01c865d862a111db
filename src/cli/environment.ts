import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { encodeLossless, type Progress, silentProgress, terminalProgress, UserError } from '../base/index.ts';

/** Everything that the program takes from its surroundings, read once. */
export interface CliEnvironment {
  readonly cwd: string;
  /** The environment variables, for programs that are started. */
  readonly variables: Readonly<Record<string, string>>;
  readonly homeDir: string;
  /** Layer indexes and temporary files. */
  readonly cacheDir: string;
  readonly isColour: boolean;
  /** Width of the terminal in columns; 100 where there is none. */
  readonly columns: number;
  readonly progress: Progress;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** To standard output; bytes of the user's files that are no UTF-8 come out as they were. */
  readonly write: (text: string) => void;
}

/** Reads the process's surroundings. `isQuiet` silences progress. */
export function readEnvironment(signal: AbortSignal, isQuiet = false): CliEnvironment {
  const { FORCE_COLOR: forced = '', NO_COLOR: off = '' } = process.env;
  const isForced = forced !== '' && forced !== '0';
  const isOff = off !== '';
  return {
    cwd: process.cwd(),
    variables: Object.fromEntries(
      Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    homeDir: homedir(),
    cacheDir: resolve(
      directory('PLIMSOLL_CACHE_DIR') ??
        join(directory('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'plimsoll'),
    ),
    isColour: !isOff && (isForced || process.stdout.isTTY === true),
    columns: process.stdout.columns ?? 100,
    progress: isQuiet ? silentProgress : terminalProgress(process.stderr),
    signal,
    write: (text) => void process.stdout.write(encodeLossless(text)),
  };
}

/** A directory that a variable names. By hand: the schema library would cost more than all else that a quick command does. */
function directory(name: string): string | undefined {
  const value = process.env[name];
  if (value !== '') return value;
  throw new UserError(`The environment is not usable: ${name} is empty.`, {
    hint: `Unset ${name}, or let it name a directory.`,
  });
}
