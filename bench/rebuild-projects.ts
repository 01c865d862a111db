import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { applyEdits, parseDockerfile } from '../src/dockerfile/index.ts';
import { exampleFolder } from '../test/lab/index.ts';
import { recipeFile } from './build-recipe.ts';
import { removeCacheMounts, removeImages } from './leftovers.ts';
import { buildArgWords, plimsoll, type Stage } from './stage.ts';

/** Small packages without dependencies that no example asks for: each run asks for another one. */
export const addedRequirements: readonly string[] = ['orjson', 'xxhash', 'msgpack', 'ujson', 'tabulate'];

/** The projects that are rebuilt: as it is, by the well-known recipe of two stages, and with the lean files applied. */
export type Which = 'fat' | 'recipe' | 'lean';

/** In the order of the table. */
export const everyProject: readonly Which[] = ['fat', 'recipe', 'lean'];

/** Copies of an example. */
export interface Projects {
  readonly directories: Readonly<Record<Which, string>>;
  readonly tags: Readonly<Record<Which, string>>;
  /** Removes the copies, and the images and cache mounts that were made of them. */
  remove(): Promise<void>;
}

/** What the copies are made from. */
export interface ProjectsRequest {
  readonly stage: Stage;
  readonly example: string;
  /** Tells this bench run's images and cache mount apart from those of others. */
  readonly stamp: string;
  readonly signal: AbortSignal;
}

/** Copies the example three times, gives one the recipe's Dockerfile, and lets `plimsoll slim --apply` make one copy lean (built and verified). */
export async function prepareProjects(request: ProjectsRequest): Promise<Projects> {
  const { stage, example, stamp, signal } = request;
  const root = await mkdtemp(join(tmpdir(), 'plimsoll-bench-'));
  const ofEach = (value: (which: Which) => string): Readonly<Record<Which, string>> => ({
    fat: value('fat'),
    recipe: value('recipe'),
    lean: value('lean'),
  });
  const directories = ofEach((which) => join(root, `${which}-${stamp}`));
  const tags = ofEach((which) => `plimsoll-bench/${which}:${stamp}`);
  const remove = async (): Promise<void> => {
    await rm(root, { recursive: true, force: true });
    await removeImages(stage, [
      // `slim` names its images after the directory, and this one's name is unique.
      `plimsoll/lean-${stamp}-*`,
      `plimsoll-bench/*:${stamp}`,
    ]);
    await removeCacheMounts(stage, mark(stamp));
  };
  try {
    for (const directory of Object.values(directories)) {
      await cp(exampleFolder(example), directory, {
        recursive: true,
        filter: (path) => basename(path) !== '.plimsoll',
      });
    }
    await cp(recipeFile(example), join(directories.recipe, 'Dockerfile'));
    const target = example === 'sentiment-api' ? ['--target', 'cpu'] : [];
    await plimsoll(
      stage,
      [
        'slim',
        directories.lean,
        ...target,
        '--apply',
        '--json',
        '--quiet',
        ...buildArgWords(stage.buildArgs),
      ],
      signal,
    );
    await separateCacheMounts(join(directories.lean, 'Dockerfile'), stamp);
    return { directories, tags, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A word in the commands that use this run's cache mounts, by which the builder tells what they are from. */
function mark(stamp: string): string {
  return `bench-${stamp}`;
}

/** Gives the cache mounts ids of their own: what other builds on this engine have downloaded must not count. */
async function separateCacheMounts(dockerfile: string, stamp: string): Promise<void> {
  const text = await readFile(dockerfile, 'utf8');
  const mounting = parseDockerfile(text).instructions.filter(
    ({ keyword, flags }) => keyword === 'run' && flags.some(({ value }) => value?.includes('type=cache')),
  );
  const marked = applyEdits(
    text,
    mounting.map(({ valueRange: { start } }) => ({
      range: { start, end: start },
      newText: `: ${mark(stamp)} && `,
    })),
  );
  const own = (target: string): string => `id=${mark(stamp)}${target.replaceAll('/', '-')},target=${target}`;
  await writeFile(
    dockerfile,
    marked.replaceAll(/(?<=type=cache,)target=([^,\s]+)/g, (_all, target: string) => own(target)),
  );
}
