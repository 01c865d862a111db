import { join } from 'node:path';
import { type Engine, findEngines } from '../engines/index.ts';
import type { MeasuredBase } from '../forecast/index.ts';
import { openImage, type Platform } from '../image/index.ts';
import type { CliEnvironment } from './environment.ts';
import { readImage } from './read-side.ts';
import { registryAccess } from './registry-access.ts';

/** How long a registry may take; a forecast has a table to fall back on. */
const registryMilliseconds = 10_000;

/** Larger images are not saved and read for a forecast: what the engine says of them has to do. */
const largestReadBytes = 3_000_000_000;

/**
 * What an engine that answers holds under the reference, else what its registry's manifest tells; undefined where neither knows.
 * Images of an engine are read (and remembered), so that what is installed in them is known.
 */
export async function measureBase(
  reference: string,
  environment: CliEnvironment,
  platform?: Platform,
): Promise<MeasuredBase | undefined> {
  if (/^scratch$|\$|\s/.test(reference)) return undefined;
  return (
    (await fromEngine(reference, environment, platform).catch(unlessAborted(environment))) ??
    (await fromRegistry(reference, environment, platform).catch(unlessAborted(environment)))
  );
}

function unlessAborted({ signal }: CliEnvironment): () => undefined {
  return () => {
    signal.throwIfAborted();
    return undefined;
  };
}

async function fromEngine(
  reference: string,
  environment: CliEnvironment,
  platform: Platform | undefined,
): Promise<MeasuredBase | undefined> {
  const { engines } = await findEngines({ environment: environment.variables, signal: environment.signal });
  for (const engine of engines) {
    const held = await engine.inspect(reference);
    if (held === undefined) continue;
    const { architecture } = held.config.platform;
    if (platform !== undefined && platform.architecture !== architecture) continue;
    const standInNote = held.config.labels['dev.plimsoll.stand-in'];
    const size = {
      sizeBytes: held.sizeBytes,
      variables: variablesOf(held.config.env),
      ...(standInNote !== undefined && { standInNote }),
      where: engine.name,
    };
    const isReadable = engine.name !== 'buildah' && held.sizeBytes <= largestReadBytes;
    return isReadable ? { ...size, ...(await installedIn(reference, engine, environment)) } : size;
  }
  return undefined;
}

async function installedIn(
  reference: string,
  engine: Engine,
  environment: CliEnvironment,
): Promise<Pick<MeasuredBase, 'packages' | 'debianSuite' | 'distributions'>> {
  const { side, distributions } = await readImage(`${engine.name}:${reference}`, environment, {
    engine,
    withMeasures: false,
  });
  const { release, packages } = side.inventory;
  const suite = release?.id === 'debian' ? release.versionCodename : undefined;
  return {
    packages: new Set(packages.filter(({ manager }) => manager === 'dpkg').map(({ name }) => name)),
    ...(suite !== undefined && { debianSuite: suite }),
    distributions: new Map(distributions.map(({ name, version }) => [name, version])),
  };
}

async function fromRegistry(
  reference: string,
  environment: CliEnvironment,
  platform: Platform | undefined,
): Promise<MeasuredBase> {
  const image = await openImage(`registry:${reference}`, {
    platform: platform ?? { os: 'linux', architecture: 'amd64' },
    registry: registryAccess({}, environment),
    temporaryDir: join(environment.cacheDir, 'tmp'),
    signal: AbortSignal.any([environment.signal, AbortSignal.timeout(registryMilliseconds)]),
  });
  try {
    return {
      compressedBytes: image.layers.reduce((sum, layer) => sum + layer.sizeBytes, 0),
      variables: variablesOf(image.config.env),
      where: 'registry',
    };
  } finally {
    await image.close();
  }
}

function variablesOf(env: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    env.map((pair) => {
      const equals = pair.indexOf('=');
      return equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}
