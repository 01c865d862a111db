import { UserError } from '../base/index.ts';
import type { EngineStorage, ImageConfig, Platform } from '../image/index.ts';
import { buildImage } from './build-image.ts';
import { containersBuilder } from './containers-builder.ts';
import type { BuiltImage, Engine } from './engine.ts';
import { removeHeld } from './held-image.ts';
import { readBuildahImage } from './inspected-image.ts';
import { loadImage } from './load-image.ts';
import { runInWorkingContainer } from './run-working-container.ts';
import { saveImage } from './save-image.ts';
import { callTool, type EngineTool, toolError } from './tool.ts';
import { isAtLeast } from './version.ts';

/** What `buildahEngine` must know; `findBuildah` finds it. */
export interface BuildahOptions {
  /** `buildah`, or the path of one. */
  readonly program: string;
  /** Added to the environment of every call: `CONTAINERS_STORAGE_CONF`, `BUILDAH_ISOLATION`, … */
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
  readonly platform: Platform;
  /** Where it keeps its images, in a format that is read here. */
  readonly storage?: EngineStorage;
  /** Starts services from the same storage, as Buildah publishes no ports and has no background containers. */
  readonly podman?: Engine;
}

/** Buildah: builds, saves, and runs commands in working containers; services are Podman's work. */
export function buildahEngine(options: BuildahOptions): Engine {
  const tool: EngineTool = { name: 'buildah', program: options.program, env: options.env };
  const inspect: Engine['inspect'] = (image) => inspectImage(tool, image);
  const removeImage: Engine['removeImage'] = (image) => removeHeld(tool, image);
  return {
    name: 'buildah',
    version: options.version,
    platform: options.platform,
    hasCacheMounts: isAtLeast(options.version, 1, 24),
    build: (request) => buildImage(containersBuilder({ tool, inspect, removeImage }), request),
    inspect,
    async run(request) {
      const image = await inspect(request.image);
      if (image === undefined) {
        throw new UserError(`Buildah holds no image ${request.image}.`, {
          hint: 'Build or pull the image first.',
        });
      }
      return runInWorkingContainer(tool, request, programOf(image.config, request));
    },
    async start(request) {
      if (options.podman !== undefined) return options.podman.start(request);
      throw new UserError(
        'Buildah alone cannot start a service: it publishes no ports and keeps no container running.',
        {
          hint: 'Install Podman, which shares Buildah’s images, or use Docker.',
        },
      );
    },
    storage: async () => options.storage,
    save: (image, path, progress, signal) =>
      saveImage({ tool, inspect, saveWords }, { image, path, progress, signal }),
    load: (path, progress, signal) =>
      loadImage(tool, (file) => ['pull', '--quiet', `docker-archive:${file}`], { path, progress, signal }),
    removeImage,
  };
}

/** The whole command line of a container: entrypoint and arguments, as `docker run` puts them together. */
function programOf(
  config: ImageConfig,
  request: { readonly entrypoint?: readonly string[]; readonly command?: readonly string[] },
): readonly string[] {
  const entrypoint = request.entrypoint ?? config.entrypoint;
  const command = request.command ?? (request.entrypoint === undefined ? config.cmd : []);
  return [...entrypoint, ...command];
}

/** An image ID has no name to keep in the archive. */
function saveWords(image: string, file: string): readonly string[] {
  const isId = /^(?:sha256:)?[0-9a-f]{12,64}$/.test(image);
  const last = image.slice(image.lastIndexOf('/') + 1);
  const name = last.includes(':') ? image : `${image}:latest`;
  return ['push', '--quiet', image, isId ? `docker-archive:${file}` : `docker-archive:${file}:${name}`];
}

async function inspectImage(tool: EngineTool, image: string): Promise<BuiltImage | undefined> {
  const result = await callTool(tool, ['inspect', '--type', 'image', image], { keepCharacters: 20_000_000 });
  if (result.code !== 0) {
    if (/image not known|no such image|unable to find/i.test(result.stderr)) return undefined;
    throw toolError(tool, `inspect image ${image}`, result);
  }
  const found = readBuildahImage(image, result.stdout);
  return { ...found, sizeBytes: found.sizeBytes ?? (await listedSize(tool, image)) };
}

/** `buildah images --json NAME` prints `[{ "size": "1.02 GB", … }]`: three digits, in decimal units. */
async function listedSize(tool: EngineTool, image: string): Promise<number> {
  const result = await callTool(tool, ['images', '--json', image]);
  const match = /"size":\s*"(\d+(?:\.\d+)?) ?([kKMGT]?)B"/.exec(result.stdout);
  if (result.code !== 0 || match === null) throw toolError(tool, `tell the size of image ${image}`, result);
  const exponent = ['', 'k', 'm', 'g', 't'].indexOf((match[2] ?? '').toLowerCase());
  return Math.round(Number(match[1]) * 1000 ** exponent);
}
