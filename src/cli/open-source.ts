import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../base/index.ts';
import type { Engine } from '../engines/index.ts';
import { type EngineStorage, type Image, openImage, type Platform, parseImageSpec } from '../image/index.ts';
import { type EngineKind, engineNamed } from './engine-named.ts';
import type { CliEnvironment } from './environment.ts';
import { registryAccess } from './registry-access.ts';

/** How an image's source is opened. */
export interface OpenSourceOptions {
  readonly platform?: Platform | undefined;
  /** The engine that saves `docker:` and `podman:` images; one is looked for when it is absent and needed. */
  readonly engine?: Engine | undefined;
  /** Talk to registries without TLS, or with certificates that nobody vouches for. */
  readonly isInsecure?: boolean;
  /** A PEM file of authorities that registries may be vouched for by. */
  readonly authorityFile?: string | undefined;
}

/** Opens an image of any source; whoever does closes it. */
export async function openSource(
  name: string,
  environment: CliEnvironment,
  options: OpenSourceOptions,
): Promise<Image> {
  const { progress, signal, cacheDir } = environment;
  const engineOf = (kind: EngineKind): Promise<Engine> => engineFor(kind, environment, options.engine);
  return openImage(name, {
    ...(options.platform === undefined ? {} : { platform: options.platform }),
    engineSave: async (kind, reference, path) => {
      await (await engineOf(kind)).save(reference, path, progress, signal);
    },
    engineKeeps: async (kind, reference) => {
      if (!mayReadStorage(environment.variables)) return undefined;
      return await unlessUserError(async () => await keptBy(await engineOf(kind), reference, signal));
    },
    engineHolds: async (kind, reference) => {
      const engine = await unlessUserError(async () => await engineOf(kind));
      return engine && (await engine.inspect(reference)) !== undefined;
    },
    registry: registryAccess(
      { insecure: options.isInsecure === true, caFile: options.authorityFile },
      environment,
    ),
    cacheDir,
    ...(options.engine?.name === 'podman' ? { defaultEngine: 'podman' } : {}),
    temporaryDir: join(cacheDir, 'tmp'),
    progress,
    signal,
  });
}

/** Engines are read from where they keep their images unless the user wants them to save. */
function mayReadStorage({ PLIMSOLL_ENGINE_READ: wanted = 'storage' }: CliEnvironment['variables']): boolean {
  if (wanted === 'storage' || wanted === 'save') return wanted === 'storage';
  throw new UserError(`The environment is not usable: PLIMSOLL_ENGINE_READ is ${JSON.stringify(wanted)}.`, {
    hint: 'It is `storage` (an engine’s storage is read where it can be; so it is without it) or `save` (engines save their images).',
  });
}

async function keptBy(
  engine: Engine,
  reference: string,
  signal: AbortSignal,
): Promise<{ readonly storage: EngineStorage; readonly imageId: string } | undefined> {
  const storage = await engine.storage?.(signal);
  const held = storage && (await engine.inspect(reference));
  return held && { storage, imageId: held.id };
}

/** An image's configuration alone: an engine is asked for it, and of other sources no layer is read. */
export async function readImageConfig(
  name: string,
  environment: CliEnvironment,
  options: OpenSourceOptions = {},
): Promise<Image['config']> {
  const spec = parseImageSpec(name);
  if (spec.kind === 'docker' || spec.kind === 'podman') {
    const engine = await engineFor(spec.kind, environment, options.engine);
    const found = await engine.inspect(spec.reference);
    if (found !== undefined) return found.config;
    throw new UserError(`${engine.name} holds no image ${spec.reference}.`, {
      hint: 'Pull it, or name another.',
    });
  }
  const image = await openSource(name, environment, options);
  await image.close();
  return image.config;
}

/** A file or a layout, also with a tag behind it, goes before an engine's image of that name. */
export function isInFile(text: string): boolean {
  const parts = text.split(':');
  return parts.some((_, last) => existsSync(parts.slice(0, last + 1).join(':')));
}

/** The engine that was given, where it is of that kind; else one that is looked for. */
export async function engineFor(
  kind: EngineKind,
  environment: CliEnvironment,
  given: Engine | undefined,
): Promise<Engine> {
  const isGiven = given !== undefined && (kind === 'docker') === (given.name === 'docker');
  return isGiven ? given : engineNamed(kind, environment);
}

/** What came out, or undefined where that cannot be had. */
export async function unlessUserError<Result>(run: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
