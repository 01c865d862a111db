import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a program is started and watched. */
export interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment that this process was given. */
  readonly env?: Readonly<Record<string, string>>;
  /** Text for its standard input; closed at once when absent. */
  readonly input?: string;
  /** Ends the program (SIGTERM) when aborted; `runProcess` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called with every line as it comes, without its line end. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** The most that is kept of each stream, in characters, from the end. Default 1,000,000. */
  readonly keepCharacters?: number;
}

/** How a program ended. */
export interface RunResult {
  /** Its exit code, or `null` when a signal ended it. */
  readonly code: number | null;
  readonly signalName: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program without a shell and collects what it prints.
 * Rejects when it cannot be started (`ENOENT`) or is aborted; a non-zero exit code is data, not an error.
 */
export async function runProcess(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  options.signal?.throwIfAborted();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ? { ...process.env, ...options.env } : process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // What the program has started may keep its ends of the pipes open.
  const letGo = (): void => {
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const abort = (): void => {
    child.once('exit', letGo);
    if (!child.kill('SIGTERM')) letGo();
  };
  options.signal?.addEventListener('abort', abort, { once: true });
  const keep = options.keepCharacters ?? 1_000_000;
  const collected = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    createInterface({ input: child[stream], crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      const text = `${collected[stream]}${line}\n`;
      collected[stream] = text.length > keep ? text.slice(-keep) : text;
      options.onLine?.(line, stream);
    });
  }
  // A program that ends without reading its input closes the pipe; that is its right.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  try {
    const ended = await new Promise<Pick<RunResult, 'code' | 'signalName'>>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signalName) => resolve({ code, signalName }));
    });
    options.signal?.throwIfAborted();
    return { ...ended, ...collected };
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}
