import {
  type ContainerTool,
  containerState,
  createContainer,
  type FailedStart,
  newContainerName,
  outputLimit,
  readFailedStart,
  removeContainer,
} from './container.ts';
import type { RunningContainer, RunRequest } from './engine.ts';
import { callTool, demandTool, engineWords, toolError } from './tool.ts';

/** Starts a container in the background; see `Engine.start`. Docker and Podman agree on every word of it. */
export async function startContainer(
  containers: ContainerTool,
  request: RunRequest,
): Promise<RunningContainer> {
  request.signal?.throwIfAborted();
  const name = newContainerName();
  try {
    await createContainer(containers, name, { request });
    const failed = await startCreated(containers, name, request);
    request.signal?.throwIfAborted();
    const state = await containerState(containers.tool, name);
    const urls = [...(state?.isRunning === true ? state.ports : [])].map(
      ([port, hostPort]) => [port, `http://127.0.0.1:${hostPort}`] as const,
    );
    return runningContainer(containers, { name, urls: new Map(urls), failed });
  } catch (error) {
    await removeContainer(containers, name);
    throw error;
  }
}

/** Starts it, with other words where the engine needs them; tells when the image's own program could not be executed. */
async function startCreated(
  containers: ContainerTool,
  name: string,
  request: RunRequest,
): Promise<FailedStart | undefined> {
  const start = () => callTool(containers.tool, ['start', name]);
  let result = await start();
  if (result.code === 0) return undefined;
  const extraWords = await containers.retryWords?.(engineWords(result));
  if (extraWords !== undefined) {
    await removeContainer(containers, name);
    await createContainer(containers, name, { request, extraWords });
    result = await start();
    if (result.code === 0) return undefined;
  }
  const failed = readFailedStart(result, await containerState(containers.tool, name));
  if (failed !== undefined) return failed;
  throw toolError(containers.tool, `start a container of ${request.image}`, result);
}

interface Started {
  readonly name: string;
  readonly urls: ReadonlyMap<number, string>;
  readonly failed: FailedStart | undefined;
}

function runningContainer(containers: ContainerTool, { name, urls, failed }: Started): RunningContainer {
  const { tool } = containers;
  let lastExitCode: number | undefined = failed?.exitCode;
  let removal: Promise<void> | undefined;
  const remove = async (): Promise<void> => {
    const state = await containerState(tool, name);
    if (state === undefined) return;
    if (state.isRunning) await callTool(tool, ['stop', '-t', '2', name], { limitSeconds: 60 });
    lastExitCode ??= (await containerState(tool, name))?.exitCode;
    await removeContainer(containers, name);
  };
  return {
    id: name,
    urls,
    async isRunning() {
      return failed === undefined && (await containerState(tool, name))?.isRunning === true;
    },
    async exitCode() {
      const state = failed === undefined ? await containerState(tool, name) : undefined;
      if (state === undefined || state.isRunning) return state === undefined ? lastExitCode : undefined;
      lastExitCode = state.exitCode;
      return lastExitCode;
    },
    async logs() {
      if (failed !== undefined) return { stdout: '', stderr: failed.stderr };
      const { stdout, stderr } = await demandTool(tool, ['logs', name], {
        what: `read the log of container ${name}`,
        keepCharacters: outputLimit,
      });
      return { stdout, stderr };
    },
    remove() {
      removal ??= remove().catch((error: unknown) => {
        removal = undefined;
        throw error;
      });
      return removal;
    },
  };
}
