import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type RunResult, UserError } from '../base/index.ts';
import type { RunRequest } from './engine.ts';
import { callTool, demandTool, type EngineTool, engineTitles, engineWords, toolError } from './tool.ts';

/** The label that every container of Plimsoll carries; its value is the engine object's own random id. */
export const runLabel = 'dev.plimsoll.run';

/** The most that is kept of a container's output, in characters. */
export const outputLimit = 64_000_000;

/** How one engine makes and removes containers. */
export interface ContainerTool {
  readonly tool: EngineTool;
  /** Value of `runLabel`. */
  readonly runId: string;
  /** Words for `create` that this engine needs. */
  readonly createWords: readonly string[];
  /** Words for `rm` beside force and volumes. */
  readonly removeWords: readonly string[];
  /** Other words for `create`, where the engine's words about a failed start show that they would help. */
  readonly retryWords?: (words: string) => Promise<readonly string[] | undefined>;
}

/** What the engine knows of a container. */
export interface ContainerState {
  readonly hasStarted: boolean;
  readonly isRunning: boolean;
  readonly exitCode: number;
  /** Why it could not be started; empty otherwise. */
  readonly error: string;
  /** Published ports: container port → host port. */
  readonly ports: ReadonlyMap<number, number>;
}

/** A new container name that nobody else has. */
export function newContainerName(): string {
  return `plimsoll-${randomBytes(6).toString('hex')}`;
}

/** Makes a container without starting it; on success it exists under `name`. Never pulls. */
export async function createContainer(
  { tool, runId, createWords }: ContainerTool,
  name: string,
  { request, extraWords = [] }: { readonly request: RunRequest; readonly extraWords?: readonly string[] },
): Promise<void> {
  const [program, ...programArguments] = request.entrypoint ?? [];
  await demandTool(
    tool,
    [
      ...['create', '--pull=never', '--name', name, '--label', `${runLabel}=${runId}`],
      ...createWords,
      ...extraWords,
      ...(request.input === undefined ? [] : ['--interactive']),
      ...Object.entries(request.env ?? {}).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
      ...(request.publish ?? []).flatMap((port) => ['--publish', `127.0.0.1::${port}`]),
      ...(request.network === undefined ? [] : ['--network', request.network]),
      ...(request.entrypoint === undefined ? [] : ['--entrypoint', program ?? '']),
      request.image,
      ...programArguments,
      ...(request.command ?? []),
    ],
    { what: `create a container of ${request.image}` },
  );
}

/*
 * The part of `docker inspect NAME` and `podman container inspect NAME` that is read:
 *
 *   [{ "State": { "Status": "exited", "Running": false, "ExitCode": 3, "Error": "", "StartedAt": "2026-11-23T19:11:45.20Z" },
 *      "NetworkSettings": { "Ports": { "8000/tcp": [{ "HostIp": "127.0.0.1", "HostPort": "35223" }], "9/tcp": null } } }]
 *
 * `StartedAt` is `0001-01-01T00:00:00Z` while it was never started.
 */
const stateSchema = z
  .array(
    z.object({
      State: z.object({
        Running: z.boolean(),
        ExitCode: z.number(),
        Error: z.string().nullish(),
        StartedAt: z.string(),
      }),
      NetworkSettings: z
        .object({
          Ports: z
            .record(z.string(), z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullable())
            .nullish(),
        })
        .nullish(),
    }),
  )
  .min(1);

/** The state of a container, or undefined when there is none of that name. */
export async function containerState(tool: EngineTool, name: string): Promise<ContainerState | undefined> {
  const result = await callTool(tool, ['container', 'inspect', name], { keepCharacters: 10_000_000 });
  if (result.code !== 0) {
    if (isMissing(result)) return undefined;
    throw toolError(tool, `inspect container ${name}`, result);
  }
  const parsed = stateSchema.safeParse(JSON.parse(result.stdout));
  const found = parsed.data?.[0];
  if (found === undefined) {
    throw new UserError(
      `What ${engineTitles[tool.name]} tells about container ${name} cannot be understood.`,
      {
        cause: parsed.error,
      },
    );
  }
  const ports = Object.entries(found.NetworkSettings?.Ports ?? {}).flatMap(([port, hosts]) => {
    const host = hosts?.[0];
    return host === undefined ? [] : [[Number.parseInt(port, 10), Number(host.HostPort)] as const];
  });
  return {
    hasStarted: !found.State.StartedAt.startsWith('0001-'),
    isRunning: found.State.Running,
    exitCode: found.State.ExitCode,
    error: found.State.Error ?? '',
    ports: new Map(ports),
  };
}

const removalTries = 120;

/** Kills and removes a container with its anonymous volumes; a missing one is fine, and one that is being removed is waited for. */
export async function removeContainer(
  { tool, removeWords }: Pick<ContainerTool, 'tool' | 'removeWords'>,
  name: string,
): Promise<void> {
  for (let left = removalTries; ; left--) {
    const result = await callTool(tool, ['rm', '--force', '--volumes', ...removeWords, name]);
    if (result.code === 0 || isMissing(result)) return;
    // An abort and the end of the run that it aborts may both remove the container: Docker refuses the second one meanwhile.
    const isUnderWay = /removal of container .* is already in progress/.test(result.stderr);
    if (!isUnderWay || left === 0) throw toolError(tool, `remove container ${name}`, result);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** A program that could not be executed is the image's own trouble, told as a shell tells it. */
export interface FailedStart {
  /** 127: there is no such program; 126: it may not or cannot be executed. */
  readonly exitCode: 126 | 127;
  readonly stderr: string;
}

/** Tells a start that failed for the image's sake; undefined when the engine is to blame. */
export function readFailedStart(
  result: RunResult,
  state: ContainerState | undefined,
): FailedStart | undefined {
  const words = state?.error || engineWords(result);
  if (
    /executable file not found|exec: ".*": stat [^:]*: no such file|no such file or directory: OCI runtime|command .* not found/.test(
      words,
    )
  ) {
    return { exitCode: 127, stderr: `${words}\n` };
  }
  if (
    /exec:? ".*":? .*permission denied|exec format error|exec: ".*": is a directory|exec [^:]*: no such file/.test(
      words,
    )
  ) {
    return { exitCode: 126, stderr: `${words}\n` };
  }
  return undefined;
}

function isMissing({ stderr }: RunResult): boolean {
  return /no such (?:container|object)|no container with name or id/i.test(stderr);
}
