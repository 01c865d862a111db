import { randomBytes } from 'node:crypto';
import { UserError } from '../base/index.ts';
import type { Platform } from '../image/index.ts';
import { buildImage } from './build-image.ts';
import { createBuildkitLog } from './buildkit-log.ts';
import type { ContainerTool } from './container.ts';
import { dockerStorage } from './docker-storage.ts';
import type { Engine } from './engine.ts';
import { inspectHeld, removeHeld } from './held-image.ts';
import { loadImage } from './load-image.ts';
import { runContainer } from './run-container.ts';
import { saveImage } from './save-image.ts';
import { startContainer } from './start-container.ts';
import type { EngineTool } from './tool.ts';

/** What `dockerEngine` must know of a Docker client and its daemon; `findDockerClient` finds it. */
export interface DockerOptions {
  /** `docker`, or the path of one. */
  readonly program: string;
  /** Added to the environment of every call: `DOCKER_HOST`, … */
  readonly env: Readonly<Record<string, string>>;
  /** How this client builds with BuildKit: through the buildx plugin, or itself (18.09 to 22); undefined where it cannot. */
  readonly builder: 'buildx' | 'built-in' | undefined;
  /** The daemon's version. */
  readonly version: string;
  /** The daemon's own platform. */
  readonly platform: Platform;
  /** Where the daemon listens: `unix:///var/run/docker.sock`, `ssh://host`. */
  readonly endpoint?: string;
}

/** Why a client cannot build, behind its name. */
export const withoutBuilder = 'cannot build with BuildKit, as the buildx component is missing or broken';

/** What to do about it. */
export const getBuildx =
  'Install the buildx plugin (Debian, Ubuntu: `apt-get install docker-buildx-plugin` or `docker-buildx`; elsewhere copy it to ~/.docker/cli-plugins/docker-buildx, see https://docs.docker.com/go/buildx/).';

/** Docker with BuildKit, never the classic builder. */
export function dockerEngine(options: DockerOptions): Engine {
  const tool: EngineTool = {
    name: 'docker',
    program: options.program,
    // An image without attestations is one image everywhere, whatever store the daemon uses.
    env: { ...options.env, DOCKER_BUILDKIT: '1', BUILDX_NO_DEFAULT_ATTESTATIONS: '1' },
  };
  const containers: ContainerTool = {
    tool,
    runId: randomBytes(6).toString('hex'),
    createWords: [],
    removeWords: [],
  };
  const inspect: Engine['inspect'] = (image) => inspectHeld(tool, image);
  const removeImage: Engine['removeImage'] = (image) => removeHeld(tool, image);
  const buildWords =
    options.builder === 'buildx'
      ? ['buildx', 'build', '--load', '--progress=plain']
      : ['build', '--progress=plain'];
  return {
    name: 'docker',
    version: options.version,
    platform: options.platform,
    hasCacheMounts: true,
    async build(request) {
      if (options.builder === undefined) {
        throw new UserError(`This Docker client (${options.program}) ${withoutBuilder}.`, {
          hint: getBuildx,
        });
      }
      return await buildImage(
        { tool, buildWords, createLog: createBuildkitLog, inspect, removeImage },
        request,
      );
    },
    inspect,
    run: (request) => runContainer(containers, request),
    async start(request) {
      if ((request.publish ?? []).length > 0 && !isLocalEndpoint(options.endpoint)) {
        throw new UserError(
          `The Docker daemon is at ${options.endpoint}: ports published on its loopback cannot be reached from here.`,
          {
            hint: 'Start services with an engine on this machine (unset DOCKER_HOST, or `docker context use default`).',
          },
        );
      }
      return startContainer(containers, request);
    },
    storage: (signal) => dockerStorage(tool, options.endpoint, signal),
    save: (image, path, progress, signal) =>
      saveImage(
        { tool, inspect, saveWords: (name, file) => ['save', '--output', file, name] },
        { image, path, progress, signal },
      ),
    load: (path, progress, signal) =>
      loadImage(tool, (file) => ['load', '--quiet', '--input', file], { path, progress, signal }),
    removeImage,
  };
}

/** True for a socket file, a named pipe or a TCP address on this machine. */
function isLocalEndpoint(endpoint: string | undefined): boolean {
  if (endpoint === undefined || /^(?:unix|npipe|fd):/.test(endpoint)) return true;
  return /^tcp:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::|\/|$)/.test(endpoint);
}
