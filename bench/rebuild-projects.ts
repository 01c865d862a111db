import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { exampleFolder } from '../test/lab/index.ts';
import { buildArgWords, docker, plimsoll, type Stage } from './stage.ts';

/** Small packages without dependencies that no example asks for: each run asks for another one. */
export const addedRequirements: readonly string[] = ['orjson', 'xxhash', 'msgpack', 'ujson', 'tabulate'];

/** The two projects that are rebuilt. */
export type Which = 'fat' | 'lean';

/** Copies of an example: as it is, and with the lean files applied. */
export interface Projects {
  readonly directories: Readonly<Record<Which, string>>;
  readonly tags: Readonly<Record<Which, string>>;
  /** Removes the copies, and by name the images that were made of them. */
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

/** Copies the example twice and lets `plimsoll slim --apply` make one copy lean (built and verified). */
export async function prepareProjects(request: ProjectsRequest): Promise<Projects> {
  const { stage, example, stamp, signal } = request;
  const root = await mkdtemp(join(tmpdir(), 'plimsoll-bench-'));
  const directories = { fat: join(root, `fat-${stamp}`), lean: join(root, `lean-${stamp}`) };
  const tags = { fat: `plimsoll-bench/fat:${stamp}`, lean: `plimsoll-bench/lean:${stamp}` };
  const remove = async (): Promise<void> => {
    await rm(root, { recursive: true, force: true });
    // `slim` names its images after the directory, and this one's name is unique.
    const made = await docker(stage, [
      ...['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}'],
      ...[
        '--filter',
        `reference=plimsoll/lean-${stamp}-*`,
        '--filter',
        `reference=plimsoll-bench/*:${stamp}`,
      ],
    ]);
    for (const name of made.split('\n').filter((line) => line !== '')) {
      await docker(stage, ['image', 'rm', '--no-prune', name]).catch(() => '');
    }
  };
  try {
    for (const directory of Object.values(directories)) {
      await cp(exampleFolder(example), directory, {
        recursive: true,
        filter: (path) => basename(path) !== '.plimsoll',
      });
    }
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
    await separateCacheMount(join(directories.lean, 'Dockerfile'), stamp);
    return { directories, tags, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Gives pip's cache mount an id of its own: what other builds on this engine have downloaded must not count. */
async function separateCacheMount(dockerfile: string, stamp: string): Promise<void> {
  const text = await readFile(dockerfile, 'utf8');
  const mount = 'type=cache,target=/root/.cache/pip';
  await writeFile(dockerfile, text.replaceAll(mount, `type=cache,id=bench-${stamp},target=/root/.cache/pip`));
}
