import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { EngineStorage, Platform } from '../image/index.ts';
import { buildImage } from './build-image.ts';
import type { ContainerTool } from './container.ts';
import { containersBuilder } from './containers-builder.ts';
import type { Engine } from './engine.ts';
import { inspectHeld, removeHeld } from './held-image.ts';
import { loadImage } from './load-image.ts';
import { runContainer } from './run-container.ts';
import { saveImage } from './save-image.ts';
import { startContainer } from './start-container.ts';
import type { EngineTool } from './tool.ts';
import { isAtLeast } from './version.ts';

/** What `podmanEngine` must know; `findPodman` finds it. */
export interface PodmanOptions {
  /** `podman`, or the path of one. */
  readonly program: string;
  /** Added to the environment of every call: `CONTAINERS_STORAGE_CONF`, … */
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
  readonly platform: Platform;
  /** Where it keeps its images on this machine, in a format that is read here. */
  readonly storage?: EngineStorage;
}

/** Podman, rootless or as root, or as a client of its machine. */
export function podmanEngine(options: PodmanOptions): Engine {
  const tool: EngineTool = { name: 'podman', program: options.program, env: options.env };
  const containers: ContainerTool = {
    tool,
    runId: randomBytes(6).toString('hex'),
    // Podman needs systemd for the timer of an image's own health check, which nobody here asks for.
    createWords: ['--no-healthcheck'],
    removeWords: isAtLeast(options.version, 4, 0) ? ['--time', '0'] : [],
    retryWords: ulimitWords,
  };
  const inspect: Engine['inspect'] = (image) => inspectHeld(tool, image);
  const removeImage: Engine['removeImage'] = (image) => removeHeld(tool, image);
  return {
    name: 'podman',
    version: options.version,
    platform: options.platform,
    hasCacheMounts: isAtLeast(options.version, 4, 0),
    build: (request) => buildImage(containersBuilder({ tool, inspect, removeImage }), request),
    inspect,
    run: (request) => runContainer(containers, request),
    start: (request) => startContainer(containers, request),
    storage: async () => options.storage,
    save: (image, path, progress, signal) =>
      saveImage(
        {
          tool,
          inspect,
          saveWords: (name, file) => ['save', '--format', 'docker-archive', '--output', file, name],
        },
        { image, path, progress, signal },
      ),
    load: (path, progress, signal) =>
      loadImage(tool, (file) => ['load', '--quiet', '--input', file], { path, progress, signal }),
    removeImage,
  };
}

/**
 * Podman as root gives containers 1,048,576 open files and fails where it may not raise its own limit (inside of a container, in CI):
 * “error setting rlimit type 7: operation not permitted”. Then the limits are those of this process.
 */
async function ulimitWords(words: string): Promise<readonly string[] | undefined> {
  if (!/setting rlimit/.test(words)) return undefined;
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  // `Max open files            20000                20000                files`
  const files = /^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1];
  const processes = /^Max processes\s+\S+\s+(\d+)/m.exec(limits)?.[1];
  if (files === undefined) return undefined;
  const most = Math.min(32_768, Number(processes ?? 32_768));
  return ['--ulimit', `nofile=${files}:${files}`, '--ulimit', `nproc=${most}:${most}`];
}
