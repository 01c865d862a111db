import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type Progress, silentProgress, terminalProgress, UserError } from '../base/index.ts';

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
  readonly write: (text: string) => void;
}

const variablesSchema = z.object({
  PLIMSOLL_CACHE_DIR: z.string().min(1).optional(),
  XDG_CACHE_HOME: z.string().min(1).optional(),
  NO_COLOR: z.string().optional(),
  FORCE_COLOR: z.string().optional(),
});

/** Reads the process's surroundings. `isQuiet` silences progress. */
export function readEnvironment(signal: AbortSignal, isQuiet = false): CliEnvironment {
  const parsed = variablesSchema.safeParse(process.env);
  if (!parsed.success) throw new UserError(`The environment is not usable: ${z.prettifyError(parsed.error)}`);
  const known = parsed.data;
  const isForced = known.FORCE_COLOR !== undefined && known.FORCE_COLOR !== '' && known.FORCE_COLOR !== '0';
  const isOff = known.NO_COLOR !== undefined && known.NO_COLOR !== '';
  return {
    cwd: process.cwd(),
    variables: Object.fromEntries(
      Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    homeDir: homedir(),
    cacheDir: resolve(
      known.PLIMSOLL_CACHE_DIR ?? join(known.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'plimsoll'),
    ),
    isColour: !isOff && (isForced || process.stdout.isTTY === true),
    columns: process.stdout.columns ?? 100,
    progress: isQuiet ? silentProgress : terminalProgress(process.stderr),
    signal,
    write: (text) => void process.stdout.write(text),
  };
}
