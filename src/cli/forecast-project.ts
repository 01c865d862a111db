import { join } from 'node:path';
import type { DockerfileModel } from '../dockerfile/index.ts';
import {
  describeDockerfileForForecast,
  type Forecast,
  forecastImage,
  gatherForecastFacts,
  type SentFile,
} from '../forecast/index.ts';
import type { Platform } from '../image/index.ts';
import type { Project } from '../project/index.ts';
import { type FoundResolver, findResolver } from '../python/index.ts';
import type { CliEnvironment } from './environment.ts';
import { measureBase } from './measure-base.ts';

/** A build that is forecast: of the project as it is, or with other files in their place. */
export interface ForecastBuild {
  readonly project: Pick<Project, 'texts'>;
  readonly model: DockerfileModel;
  /** Text by path, in place of the project's. */
  readonly files?: ReadonlyMap<string, string>;
  /** The files of the build context that are sent. */
  readonly sentFiles: readonly SentFile[];
  readonly platform?: Platform | undefined;
  /** Read what the native code of wheels is linked with, too. */
  readonly withLibraries?: boolean;
}

/** What a command has found for the forecast of one image serves the other: to ask pip takes longer than all else. */
const resolvers = new WeakMap<AbortSignal, Promise<FoundResolver>>();

async function resolverOf({ signal }: CliEnvironment): Promise<FoundResolver> {
  const found = resolvers.get(signal) ?? findResolver(undefined, signal);
  resolvers.set(signal, found);
  return await found;
}

/** Forecasts what a build would make: the base is asked for, requirements are resolved, and nothing is built. */
export async function forecastBuild(build: ForecastBuild, environment: CliEnvironment): Promise<Forecast> {
  const { project, model, files, sentFiles, platform } = build;
  const texts = new Map(
    [...project.texts.requirements, ...project.texts.manifests].map((file) => [file.path, file.text]),
  );
  for (const [path, text] of files ?? []) texts.set(path, text);
  const described = await describeDockerfileForForecast(model, {
    readText: (path: string) => Promise.resolve(texts.get(path)),
    sentFiles,
  });
  const facts = await gatherForecastFacts(
    { ...described, ...(platform?.architecture === 'arm64' && { architecture: 'aarch64' }) },
    {
      cacheDir: join(environment.cacheDir, 'forecast'),
      signal: environment.signal,
      resolver: () => resolverOf(environment),
      measureBase: (reference) => measureBase(reference, environment, platform),
      // pip's own five retries, each with a long wait, would look like a hang.
      pipOptions: ['--retries', '1'],
      ...(build.withLibraries === true && { withLibraries: true }),
    },
  );
  return forecastImage(facts);
}
