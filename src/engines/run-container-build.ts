import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { RunResult } from '../base/index.ts';
import { callTool, type EngineTool, type ToolCall } from './tool.ts';

const marker = 'PLIMSOLL_BUILD';
const graceMilliseconds = 5000;

/**
 * Runs `podman build` or `buildah build`. On SIGTERM Podman exits at once; Buildah does, too, while it is setting a step up.
 * The running step then goes on as an orphan, in a working container that nobody removes, and holds the output open.
 * So an abort kills the step's own process first: the build then fails and cleans up after itself.
 * What has no process of its own (a pull, a commit) gets 5 seconds, then SIGTERM.
 */
export async function runContainerBuild(
  tool: EngineTool,
  args: readonly string[],
  { signal, ...call }: ToolCall = {},
): Promise<RunResult> {
  signal?.throwIfAborted();
  const mark = `${marker}=${randomBytes(8).toString('hex')}`;
  const end = new AbortController();
  let isRunning = true;
  const client = callTool({ ...tool, env: { ...tool.env, [marker]: mark.slice(marker.length + 1) } }, args, {
    ...call,
    signal: end.signal,
  }).finally(() => {
    isRunning = false;
  });
  const stop = async (): Promise<void> => {
    const deadline = performance.now() + graceMilliseconds;
    while (isRunning && performance.now() < deadline) {
      const found = await stepProcesses(mark).catch(() => undefined);
      if (found === undefined) break;
      for (const pid of found) killQuietly(pid);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    end.abort(signal?.reason);
  };
  const onAbort = (): void => void stop();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await client;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    signal?.throwIfAborted();
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself since it was listed.
  }
}

/**
 * The processes inside the build's containers: children of the marked processes (the client and its helpers inherit its
 * environment) that are not marked themselves, as a container's process gets an environment of its own.
 */
async function stepProcesses(mark: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const seen = await Promise.all(
    pids.map(async (pid) => {
      const [environment, stat] = await Promise.all([
        readFile(`/proc/${pid}/environ`, 'latin1').catch(() => ''),
        readFile(`/proc/${pid}/stat`, 'latin1').catch(() => ''),
      ]);
      // `PID (name) S PPID …`; the name may hold spaces and brackets.
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return { pid, parent, isMarked: environment.split('\0').includes(mark) };
    }),
  );
  const marked = new Set(seen.filter(({ isMarked }) => isMarked).map(({ pid }) => pid));
  return seen.filter(({ parent, isMarked }) => !isMarked && marked.has(parent)).map(({ pid }) => pid);
}
