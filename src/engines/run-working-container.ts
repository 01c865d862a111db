import { UserError } from '../base/index.ts';
import { newContainerName, outputLimit } from './container.ts';
import type { FinishedRun, RunRequest } from './engine.ts';
import { callTool, demandTool, type EngineTool, toolError } from './tool.ts';

/** Runs a program in a Buildah working container and removes it; image environment, user and folder apply. */
export async function runInWorkingContainer(
  tool: EngineTool,
  request: RunRequest,
  program: readonly string[],
): Promise<FinishedRun> {
  if ((request.publish ?? []).length > 0) {
    throw new UserError('Buildah cannot publish ports.', { hint: 'Use Podman or Docker.' });
  }
  if (program.length === 0) {
    throw new UserError(`Image ${request.image} names no program to run, and none was given.`);
  }
  request.signal?.throwIfAborted();
  const name = newContainerName();
  await demandTool(tool, ['from', '--pull=never', '--name', name, request.image], {
    what: `create a container of ${request.image}`,
  });
  try {
    return await runProgram(tool, { name, request, program });
  } finally {
    const removed = await callTool(tool, ['rm', name]);
    if (removed.code !== 0 && !/not known|no such/i.test(removed.stderr)) {
      // biome-ignore lint/correctness/noUnsafeFinally: a container that stays behind must be told
      throw toolError(tool, `remove container ${name}`, removed);
    }
  }
}

interface ProgramRun {
  readonly name: string;
  readonly request: RunRequest;
  readonly program: readonly string[];
}

async function runProgram(tool: EngineTool, { name, request, program }: ProgramRun): Promise<FinishedRun> {
  const startedAt = performance.now();
  const result = await callTool(
    tool,
    [
      'run',
      ...Object.entries(request.env ?? {}).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
      ...(request.network === undefined ? [] : ['--network', request.network]),
      ...[name, '--', ...program],
    ],
    {
      limitSeconds: Number.POSITIVE_INFINITY,
      keepCharacters: outputLimit,
      ...(request.signal ? { signal: request.signal } : {}),
      ...(request.input === undefined ? {} : { input: request.input }),
    },
  );
  const seconds = (performance.now() - startedAt) / 1000;
  if (result.stdout.length >= outputLimit || result.stderr.length >= outputLimit) {
    throw new UserError(`The container of ${request.image} printed more than ${outputLimit / 1_000_000} MB.`);
  }
  const { stdout } = result;
  const words = result.stderr;
  const cannotRun = /^error running container: .*$/m.exec(words)?.[0];
  if (cannotRun !== undefined) {
    if (/executable file not found|no such file or directory/.test(cannotRun)) {
      return { exitCode: 127, stdout, stderr: words, seconds };
    }
    if (/permission denied|exec format error|is a directory/.test(cannotRun)) {
      return { exitCode: 126, stdout, stderr: words, seconds };
    }
    throw toolError(tool, `run a container of ${request.image}`, result);
  }
  if (result.code === null || result.code === 125) {
    throw toolError(tool, `run a container of ${request.image}`, result);
  }
  return { exitCode: result.code, stdout, stderr: withoutExitNotice(words), seconds };
}

/** Buildah adds lines of its own to the standard error of a program that fails: `Error: while running runtime: exit status 3`. */
function withoutExitNotice(stderr: string): string {
  return stderr.replace(
    /(?:^subprocess exited with status \d+\n)*^Error: (?:while running runtime: )?exit status \d+\n$/m,
    '',
  );
}
