import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exampleData } from '../test/lab/index.ts';
import type { ForecastProject } from './forecast-projects.ts';
import { buildArgWords, docker, plimsoll, type Stage } from './stage.ts';

/** One image, forecast and built. */
export interface Measured {
  readonly project: string;
  readonly image: 'fat' | 'lean';
  readonly forecast: { readonly contentBytes: number; readonly uncertaintyBytes: number };
  readonly builtBytes: number;
  readonly groups: readonly {
    readonly title: string;
    readonly forecastBytes: number;
    readonly builtBytes: number;
  }[];
  /** Why a part of the image has no forecast; one clause each. */
  readonly missing: readonly string[];
}

/** What is read of `plimsoll.slim/1`. */
interface Report {
  readonly comparison: {
    readonly total: Readonly<Record<'fat' | 'lean', Amount>>;
    readonly groups: readonly (Readonly<Record<'fat' | 'lean', Amount>> & { readonly title: string })[];
  };
  readonly missing?: readonly { readonly because: string; readonly images: readonly string[] }[];
}

interface Amount {
  readonly contentBytes: number;
  readonly uncertaintyBytes: number;
}

const repository = fileURLToPath(new URL('..', import.meta.url));

/** The host that stands in lock files of the end-to-end projects for a team's own package index. */
const indexHost = 'packages.example.org';

/** Forecasts a project and has it built; an engine that has built it before has its layers in the cache. */
export async function measureForecast(
  stage: Stage,
  project: ForecastProject,
  signal: AbortSignal,
): Promise<Measured[]> {
  if (project.folder.startsWith('examples/')) await exampleData(project.name);
  // A folder that is the same in every run: images are named after it.
  const parent = join(tmpdir(), 'plimsoll-bench-forecast');
  const directory = join(parent, project.name);
  try {
    const forecast = await slim(stage, { project, directory, isBuild: false }, signal);
    const built = await slim(stage, { project, directory, isBuild: true }, signal);
    return (['fat', 'lean'] as const).map((image) => beside({ project, image, forecast, built }));
  } finally {
    await rm(directory, { recursive: true, force: true });
    await removeImages(stage, directory);
  }
}

interface SlimRun {
  readonly project: ForecastProject;
  readonly directory: string;
  readonly isBuild: boolean;
}

async function slim(stage: Stage, run: SlimRun, signal: AbortSignal): Promise<Report> {
  const { project, directory, isBuild } = run;
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await cp(join(repository, project.folder), directory, {
    recursive: true,
    filter: (path) => basename(path) !== '.plimsoll',
  });
  const index = isBuild ? stage.indexUrl : stage.hostIndexUrl;
  if (index !== undefined) await nameIndex(directory, new URL(index).host);
  const buildArgs = buildArgWords(isBuild ? stage.buildArgs : stage.hostBuildArgs);
  const words = [
    'slim',
    directory,
    '--json',
    ...(isBuild ? [] : ['--no-build']),
    ...project.options,
    ...buildArgs,
  ];
  const environment =
    isBuild || index === undefined ? stage.environment : { ...stage.environment, ...onlyIndex(index) };
  return JSON.parse(await plimsoll({ ...stage, environment }, words, signal)) as Report;
}

/** pip on this machine asks the index that pip in the build asks, and nothing else. */
function onlyIndex(url: string): Record<string, string> {
  return { PIP_CONFIG_FILE: '/dev/null', PIP_INDEX_URL: url, PIP_FIND_LINKS: '', PIP_EXTRA_INDEX_URL: '' };
}

async function nameIndex(directory: string, host: string): Promise<void> {
  for (const path of globSync('**/{pyproject.toml,*.lock}', { cwd: directory })) {
    const text = await readFile(join(directory, path), 'utf8');
    await writeFile(join(directory, path), text.replaceAll(indexHost, host));
  }
}

function beside(given: {
  readonly project: ForecastProject;
  readonly image: 'fat' | 'lean';
  readonly forecast: Report;
  readonly built: Report;
}): Measured {
  const { project, image, forecast, built } = given;
  const groups = forecast.comparison.groups.map((group) => {
    const same = built.comparison.groups.find((one) => one.title === group.title);
    return {
      title: group.title,
      forecastBytes: group[image].contentBytes,
      builtBytes: same?.[image].contentBytes ?? 0,
    };
  });
  const missing = (forecast.missing ?? []).flatMap((one) =>
    one.images.includes(image) ? [one.because] : [],
  );
  const { contentBytes, uncertaintyBytes } = forecast.comparison.total[image];
  const builtBytes = built.comparison.total[image].contentBytes;
  return {
    project: project.name,
    image,
    forecast: { contentBytes, uncertaintyBytes },
    builtBytes,
    groups,
    missing,
  };
}

/** `slim` names its images after the project and its whole path. */
async function removeImages(stage: Stage, directory: string): Promise<void> {
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 8);
  for (const tag of ['fat', 'lean']) {
    const image = `plimsoll/${basename(directory)}-${hash}:${tag}`;
    await docker(stage, ['image', 'rm', '--no-prune', image]).catch(() => '');
  }
}
