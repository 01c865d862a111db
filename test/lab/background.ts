import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../src/base/index.ts';
import type { StartedProgram } from './state.ts';

/** What to start in the background, and how to know that it is ready. */
export interface BackgroundOptions {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** One of its own arguments that no other program has. */
  readonly mark: string;
  readonly isReady: () => Promise<boolean>;
  readonly patienceSeconds: number;
}

/**
 * Starts a program that outlives this process, and waits until it is ready.
 * Rejects with a `UserError` that quotes its log when it ends before that, or takes too long (it is then ended).
 */
export async function startInBackground(options: BackgroundOptions): Promise<StartedProgram> {
  await mkdir(dirname(options.logFile), { recursive: true });
  const log = await open(options.logFile, 'w');
  const child = spawn(options.command, options.args, {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: { ...process.env, ...options.env },
  });
  const failure = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${code ?? signal}`));
  });
  child.unref();
  await log.close();
  const started = { pid: child.pid ?? -1, mark: options.mark };
  const why = await waitUntilReady(options, failure);
  if (why === undefined) return started;
  await endProgram(started);
  const lines = (await readFile(options.logFile, 'utf8')).trim().split('\n').slice(-10).join('\n');
  throw new UserError(`${options.title} did not start: ${why}.\n${lines}`, {
    hint: `Its log: ${options.logFile}`,
  });
}

async function waitUntilReady(
  options: BackgroundOptions,
  failure: Promise<string>,
): Promise<string | undefined> {
  const giveUpAt = Date.now() + options.patienceSeconds * 1000;
  while (Date.now() < giveUpAt) {
    const why = await Promise.race([failure, sleep(100, undefined)]);
    if (why !== undefined) return why;
    if (await options.isReady()) return undefined;
  }
  return `it was not ready after ${options.patienceSeconds} s`;
}

/** True while the very program that the lab has started runs (its command line still holds the mark). */
export async function isRunning(program: StartedProgram): Promise<boolean> {
  const commandLine = await readFile(`/proc/${program.pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').some((argument) => argument === program.mark);
}

/** Ends a program of the lab (SIGTERM, after 30 s SIGKILL) and waits until it is gone. */
export async function endProgram(program: StartedProgram): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGTERM', 30_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!(await isRunning(program))) return;
    process.kill(program.pid, signal);
    for (const giveUpAt = Date.now() + patienceMs; Date.now() < giveUpAt && (await isRunning(program)); ) {
      await sleep(100);
    }
  }
}
