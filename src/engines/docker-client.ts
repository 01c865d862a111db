import { access, constants, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../base/index.ts';
import type { Platform } from '../image/index.ts';
import { type DockerOptions, getBuildx, withoutBuilder } from './docker.ts';
import type { EngineRefusal, Search, SearchPlace } from './engine-search.ts';
import { callTool, type EngineTool, engineWords, usualHint } from './tool.ts';
import { isAtLeast } from './version.ts';

/** Places where Docker is often installed though PATH does not name them. */
const usualPlaces = ['/usr/bin/docker'];

/**
 * The first Docker client that reaches a daemon and builds with BuildKit: those on PATH in their order, then the usual places.
 * Where none does, and none need, the first that reaches a daemon.
 */
export async function findDockerClient(place: SearchPlace): Promise<Search<DockerOptions>> {
  const programs = await dockerPrograms(place.env['PATH'] ?? '');
  if (programs.length === 0) {
    return {
      refusals: [
        {
          title: 'Docker',
          reason: 'it is not installed',
          hint: 'Install it: https://docs.docker.com/engine/install/',
        },
      ],
    };
  }
  const refusals: EngineRefusal[] = [];
  let reader: DockerOptions | undefined;
  for (const program of programs) {
    const found = await probe(program, place);
    if ('reason' in found) {
      refusals.push(found);
      continue;
    }
    if (found.options.builder !== undefined) return found;
    reader ??= found.options;
    refusals.push({ title: found.title, reason: `it ${withoutBuilder}`, hint: getBuildx });
  }
  return reader !== undefined && place.mayLackBuilder === true ? { options: reader } : { refusals };
}

/** Every executable `docker` on PATH and in the usual places; a link and its target count once. */
async function dockerPrograms(path: string): Promise<string[]> {
  const onPath = path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'docker'));
  const found = new Map<string, string>();
  for (const program of [...onPath, ...usualPlaces]) {
    const real = await access(program, constants.X_OK)
      .then(() => realpath(program))
      .catch(() => undefined);
    if (real !== undefined && !found.has(real)) found.set(real, program);
  }
  return [...found.values()];
}

/*
 * `docker version --format '{{json .}}'`; without a daemon `Server` is null, the exit code 1, and the reason on standard error:
 *
 *   {"Client":{"Version":"20.10.24+dfsg1",…},"Server":{"Version":"20.10.24+dfsg1","Os":"linux","Arch":"amd64",…}}
 */
const versionSchema = z.object({
  Client: z.object({ Version: z.string() }),
  Server: z.object({ Version: z.string(), Os: z.string(), Arch: z.string() }).nullish(),
});

/** A client that reaches a daemon, and what it is called in a refusal. */
interface FoundClient {
  readonly title: string;
  readonly options: DockerOptions;
}

async function probe(program: string, { env, signal }: SearchPlace): Promise<FoundClient | EngineRefusal> {
  const tool: EngineTool = { name: 'docker', program, env };
  const call = { limitSeconds: 20, ...(signal ? { signal } : {}) };
  const title = `Docker (${program})`;
  const asked = await callTool(tool, ['version', '--format', '{{json .}}'], call).catch((error: unknown) => {
    signal?.throwIfAborted();
    return error instanceof Error ? error : new Error(String(error));
  });
  if (asked instanceof Error) return { title, reason: asked.message, hint: 'Repair or remove this client.' };
  const version = versionSchema.safeParse(parseJson(asked.stdout)).data;
  if (version === undefined) {
    return {
      title,
      reason: `it does not tell its version: ${engineWords(asked)}`,
      hint: 'Repair or remove this client.',
    };
  }
  const named = `Docker ${version.Client.Version} (${program})`;
  if (!version.Server) {
    const words = engineWords({ ...asked, stdout: '' });
    const hint = usualHint(words) ?? 'Start the Docker daemon, or point DOCKER_HOST at a running one.';
    return { title: named, reason: `it reaches no daemon: ${words}`, hint };
  }
  const [builder, context] = await Promise.all([
    builderOf(tool, version.Client.Version, call),
    callTool(tool, ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'], call),
  ]);
  const platform: Platform = { os: version.Server.Os, architecture: version.Server.Arch };
  const endpoint = context.code === 0 ? context.stdout.trim() : '';
  const options = { program, env, builder, version: version.Server.Version, platform };
  return { title: named, options: { ...options, ...(endpoint === '' ? {} : { endpoint }) } };
}

/** buildx where it answers; else the client's own BuildKit (18.09 to 22; from 23 on the client needs buildx). */
async function builderOf(
  tool: EngineTool,
  clientVersion: string,
  call: { readonly limitSeconds: number; readonly signal?: AbortSignal },
): Promise<DockerOptions['builder'] | undefined> {
  const buildx = await callTool(tool, ['buildx', 'version'], call);
  if (buildx.code === 0) return 'buildx';
  return isAtLeast(clientVersion, 18, 9) && !isAtLeast(clientVersion, 23, 0) ? 'built-in' : undefined;
}
