import { z } from 'zod';
import { parseJson } from '../base/index.ts';
import type { EngineStorage } from '../image/index.ts';
import { callTool, type EngineTool } from './tool.ts';

/*
 * `docker info --format '{{json .}}'` tells, among much else
 *
 *   { "Driver": "overlay2", "DockerRootDir": "/var/lib/docker", … }
 *
 * With the containerd image store the driver is `overlayfs`: its layers are no folders of Docker's own.
 */
const infoSchema = z.object({ Driver: z.literal('overlay2'), DockerRootDir: z.string().startsWith('/') });

/**
 * Where a Docker daemon keeps its images. One behind a socket file may still be elsewhere (Docker Desktop's is in a machine of its own): whoever reads there
 * looks whether it holds the image.
 */
export async function dockerStorage(
  tool: EngineTool,
  endpoint: string | undefined,
  signal: AbortSignal | undefined,
): Promise<EngineStorage | undefined> {
  if (endpoint?.startsWith('unix:') !== true) return undefined;
  const { code, stdout } = await callTool(tool, ['info', '--format', '{{json .}}'], {
    limitSeconds: 20,
    ...(signal ? { signal } : {}),
  });
  const info = code === 0 ? infoSchema.safeParse(parseJson(stdout)).data : undefined;
  return info && { kind: 'docker-overlay2', root: info.DockerRootDir };
}
