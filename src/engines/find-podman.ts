import { z } from 'zod';
import { messageOf } from '../base/index.ts';
import type { EngineStorage } from '../image/index.ts';
import type { BuildahOptions } from './buildah.ts';
import type { EngineRefusal, Search, SearchPlace } from './engine-search.ts';
import type { PodmanOptions } from './podman.ts';
import { callTool, type EngineTool, engineTitles, engineWords, type ToolCall } from './tool.ts';

/*
 * `podman info --format json` tells, among much else
 *
 *   { "host": { "os": "linux", "arch": "amd64", "serviceIsRemote": false, … }, "version": { "Version": "4.3.1", … },
 *     "store": { "graphDriverName": "overlay", "graphRoot": "/var/lib/containers/storage", … } }
 *
 * and `buildah info` the same `host` without a version, and `"store": { "GraphDriverName": …, "GraphRoot": … }`; `buildah --version` prints `buildah version 1.28.2 (image-spec 1.1.0-rc2, …)`.
 * Both open the storage, so that a broken one is noticed here.
 */
const hostSchema = z.object({
  os: z.string(),
  arch: z.string(),
  variant: z.string().optional(),
  serviceIsRemote: z.boolean().optional(),
});
const podmanSchema = z.object({
  host: hostSchema,
  version: z.object({ Version: z.string() }),
  store: z.object({ graphDriverName: z.string(), graphRoot: z.string() }).optional(),
});
const buildahSchema = z.object({
  host: hostSchema,
  store: z.object({ GraphDriverName: z.string(), GraphRoot: z.string() }).optional(),
});

/** Podman, when it is installed and can open its storage or reach its machine. */
export async function findPodman(place: SearchPlace): Promise<Search<Omit<PodmanOptions, 'podman'>>> {
  const tool: EngineTool = { name: 'podman', program: 'podman', env: place.env };
  const asked = await ask(tool, ['info', '--format', 'json'], place);
  if ('refusals' in asked) return asked;
  const info = podmanSchema.safeParse(asked.json).data;
  if (info === undefined) return refuse(tool, 'what `podman info` prints cannot be understood');
  const { host, store } = info;
  // The folders of a service elsewhere, or in a machine of its own, are not those here.
  const isHere = host.serviceIsRemote !== true;
  const storage = isHere && store ? storageOf(store.graphDriverName, store.graphRoot) : {};
  return { options: { ...base(tool, host), ...storage, version: info.version.Version } };
}

/** Buildah, when it is installed and can open its storage. */
export async function findBuildah(place: SearchPlace): Promise<Search<Omit<BuildahOptions, 'podman'>>> {
  const tool: EngineTool = { name: 'buildah', program: 'buildah', env: place.env };
  const asked = await ask(tool, ['info'], place);
  if ('refusals' in asked) return asked;
  const info = buildahSchema.safeParse(asked.json).data;
  const { stdout } = await callTool(tool, ['--version'], callOf(place));
  const version = /version v?(\d+\.\d+\S*)/.exec(stdout)?.[1];
  if (info === undefined || version === undefined) {
    return refuse(tool, 'what `buildah info` prints cannot be understood');
  }
  const { host, store } = info;
  const storage = store ? storageOf(store.GraphDriverName, store.GraphRoot) : {};
  return { options: { ...base(tool, host), ...storage, version } };
}

/** The `vfs` driver keeps whole file systems, no layers. */
function storageOf(driver: string, root: string): { readonly storage?: EngineStorage } {
  return driver === 'overlay' && root.startsWith('/')
    ? { storage: { kind: 'containers-overlay', root } }
    : {};
}

function base(tool: EngineTool, { os, arch, variant }: z.infer<typeof hostSchema>) {
  return {
    program: tool.program,
    env: tool.env,
    platform: { os, architecture: arch, ...(variant ? { variant } : {}) },
  };
}

async function ask(
  tool: EngineTool,
  args: readonly string[],
  place: SearchPlace,
): Promise<{ readonly json: unknown } | { readonly refusals: readonly EngineRefusal[] }> {
  try {
    const result = await callTool(tool, args, callOf(place));
    if (result.code !== 0) return refuse(tool, engineWords(result));
    return { json: JSON.parse(result.stdout) };
  } catch (error) {
    place.signal?.throwIfAborted();
    if (isMissingProgram(error)) return refuse(tool, 'it is not installed', installHint(tool));
    return refuse(tool, messageOf(error));
  }
}

function callOf({ signal }: SearchPlace): ToolCall {
  return { limitSeconds: 60, ...(signal ? { signal } : {}) };
}

function installHint(tool: EngineTool): string {
  return tool.name === 'podman'
    ? 'Install it: `apt-get install podman`, `dnf install podman`, or https://podman.io/docs/installation'
    : 'Install it: `apt-get install buildah` or `dnf install buildah`.';
}

function refuse(
  tool: EngineTool,
  reason: string,
  hint: string = refusalHint(tool, reason),
): { readonly refusals: readonly EngineRefusal[] } {
  return { refusals: [{ title: engineTitles[tool.name], reason, hint }] };
}

function refusalHint(tool: EngineTool, reason: string): string {
  if (/cannot connect to podman|podman machine/i.test(reason))
    return 'Start its machine: `podman machine start`.';
  if (/newuidmap|newgidmap|subuid|user namespace|unshare/i.test(reason)) {
    return 'Rootless use needs user namespaces and entries in /etc/subuid and /etc/subgid (package uidmap).';
  }
  return `See what \`${tool.program} info\` says, and repair it.`;
}

function isMissingProgram(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}
