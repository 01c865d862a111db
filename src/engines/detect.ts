import { UserError } from '../base/index.ts';
import { buildahEngine } from './buildah.ts';
import { dockerEngine } from './docker.ts';
import { findDockerClient } from './docker-client.ts';
import type { Engine, EngineName } from './engine.ts';
import type { EngineRefusal, SearchPlace } from './engine-search.ts';
import { findBuildah, findPodman } from './find-podman.ts';
import { podmanEngine } from './podman.ts';
import { engineTitles } from './tool.ts';

/** Where and for what to look. */
export interface EngineSearch {
  /** The environment variables that engines are found with and get: `PATH`, `DOCKER_HOST`, `CONTAINERS_STORAGE_CONF`, … */
  readonly environment: Readonly<Record<string, string>>;
  /** Only these; all when absent. */
  readonly only?: readonly EngineName[];
  /** A Docker client that cannot build with BuildKit counts, too, after those that can: its `build` fails. */
  readonly mayLackBuilder?: boolean;
  readonly signal?: AbortSignal;
}

/** What was found. */
export interface FoundEngines {
  /** Usable ones: Docker, Podman, Buildah, in this order. */
  readonly engines: readonly Engine[];
  /** What was tried and cannot be used. */
  readonly refusals: readonly EngineRefusal[];
}

/** Every container engine that works here: a Docker client that reaches no daemon is none, and neither is one that cannot build with BuildKit, unless it need not. */
export async function findEngines(search: EngineSearch): Promise<FoundEngines> {
  const isWanted = (name: EngineName): boolean => search.only?.includes(name) ?? true;
  const place: SearchPlace = {
    env: search.environment,
    mayLackBuilder: search.mayLackBuilder === true,
    ...(search.signal ? { signal: search.signal } : {}),
  };
  const [docker, podman, buildah] = await Promise.all([
    isWanted('docker') ? findDockerClient(place) : undefined,
    isWanted('podman') || isWanted('buildah') ? findPodman(place) : undefined,
    isWanted('buildah') ? findBuildah(place) : undefined,
  ]);
  const podmanFound = podman && 'options' in podman ? podmanEngine(podman.options) : undefined;
  const engines = [
    docker && 'options' in docker ? dockerEngine(docker.options) : undefined,
    isWanted('podman') ? podmanFound : undefined,
    buildah && 'options' in buildah
      ? buildahEngine({ ...buildah.options, ...(podmanFound ? { podman: podmanFound } : {}) })
      : undefined,
  ].filter((engine) => engine !== undefined);
  const searches = [docker, isWanted('podman') ? podman : undefined, buildah];
  return {
    engines,
    refusals: searches.flatMap((found) => (found && 'refusals' in found ? found.refusals : [])),
  };
}

/**
 * The engine to use: the preferred one, or the first of Docker, Podman, Buildah that works.
 * Rejects with a `UserError` that tells what was tried, why each failed and what to do.
 */
export async function detectEngine({
  prefer,
  environment,
  signal,
}: {
  readonly prefer?: EngineName;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}): Promise<Engine> {
  const { engines, refusals } = await findEngines({
    environment,
    ...(prefer === undefined ? {} : { only: [prefer] }),
    ...(signal ? { signal } : {}),
  });
  const [engine] = engines;
  if (engine !== undefined) return engine;
  const tried = refusals.map(({ title, reason }) => `  ${title}: ${reason}`).join('\n');
  const what = prefer === undefined ? 'No container engine' : engineTitles[prefer];
  throw new UserError(`${what} can${prefer === undefined ? '' : 'not'} be used here:\n${tried}`, {
    hint: firstHint(refusals),
  });
}

/** One thing to do: with the engine that is nearest to working, as an installed one is nearer than a missing one. */
function firstHint(refusals: readonly EngineRefusal[]): string {
  const installed = refusals.find(({ reason }) => reason !== 'it is not installed');
  return installed?.hint ?? 'Install Docker (https://docs.docker.com/engine/install/), Podman or Buildah.';
}
