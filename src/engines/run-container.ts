import { type RunResult, UserError } from '../base/index.ts';
import {
  type ContainerState,
  type ContainerTool,
  containerState,
  createContainer,
  newContainerName,
  outputLimit,
  readFailedStart,
  removeContainer,
} from './container.ts';
import type { FinishedRun, RunRequest } from './engine.ts';
import { callTool, engineTitles, engineWords, toolError } from './tool.ts';

/** Runs a container to its end and removes it; see `Engine.run`. Docker and Podman agree on every word of it. */
export async function runContainer(containers: ContainerTool, request: RunRequest): Promise<FinishedRun> {
  request.signal?.throwIfAborted();
  const name = newContainerName();
  try {
    await createContainer(containers, name, { request });
    const first = await attach(containers, name, request);
    const retryWords = first.hasStarted ? undefined : await containers.retryWords?.(first.words);
    if (retryWords === undefined) return finish(containers, request, first);
    await removeContainer(containers, name);
    await createContainer(containers, name, { request, extraWords: retryWords });
    return finish(containers, request, await attach(containers, name, request));
  } finally {
    await removeContainer(containers, name);
  }
}

interface Attached {
  readonly result: RunResult;
  readonly state: ContainerState | undefined;
  readonly hasStarted: boolean;
  readonly words: string;
  readonly seconds: number;
}

/** Starts the container with its streams attached. The client passes signals on, so an abort removes the container instead. */
async function attach(containers: ContainerTool, name: string, request: RunRequest): Promise<Attached> {
  const { tool } = containers;
  const client = new AbortController();
  const abort = (): void => {
    void removeContainer(containers, name)
      .catch(() => {})
      .finally(() => client.abort(request.signal?.reason));
  };
  request.signal?.throwIfAborted();
  request.signal?.addEventListener('abort', abort, { once: true });
  const startedAt = performance.now();
  try {
    const result = await callTool(
      tool,
      ['start', '--attach', ...(request.input === undefined ? [] : ['--interactive']), name],
      {
        limitSeconds: Number.POSITIVE_INFINITY,
        keepCharacters: outputLimit,
        signal: client.signal,
        ...(request.input === undefined ? {} : { input: request.input }),
      },
    );
    const seconds = (performance.now() - startedAt) / 1000;
    request.signal?.throwIfAborted();
    const state = await containerState(tool, name);
    return { result, state, hasStarted: state?.hasStarted ?? false, words: engineWords(result), seconds };
  } catch (error) {
    request.signal?.throwIfAborted();
    throw error;
  } finally {
    request.signal?.removeEventListener('abort', abort);
  }
}

function finish(
  { tool }: ContainerTool,
  request: RunRequest,
  { result, state, hasStarted, seconds }: Attached,
): FinishedRun {
  if (!hasStarted) {
    const failed = readFailedStart(result, state);
    if (failed !== undefined) return { ...failed, stdout: '', seconds };
    throw toolError(tool, `start a container of ${request.image}`, result);
  }
  if (state === undefined || state.isRunning) {
    throw toolError(tool, `stay with the running container of ${request.image}`, result);
  }
  if (result.stdout.length >= outputLimit || result.stderr.length >= outputLimit) {
    throw new UserError(
      `The container of ${request.image} printed more than ${outputLimit / 1_000_000} MB, which is more than ${engineTitles[tool.name]}'s run keeps.`,
    );
  }
  return { exitCode: state.exitCode, stdout: result.stdout, stderr: result.stderr, seconds };
}
