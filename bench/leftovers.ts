import { z } from 'zod';
import { docker, type Stage } from './stage.ts';

type Engine = Pick<Stage, 'dockerProgram' | 'environment'>;

/** Removes the images that have a name of these patterns (`plimsoll-bench/*:1f2e`); one that a container uses stays. */
export async function removeImages(engine: Engine, patterns: readonly string[]): Promise<void> {
  const filters = patterns.flatMap((pattern) => ['--filter', `reference=${pattern}`]);
  const listed = await docker(engine, ['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', ...filters]);
  await removeByName(engine, lines(listed));
}

/** Removes images by name or id, as far as they are there; never what they were made from. */
export async function removeByName(engine: Engine, names: readonly string[]): Promise<void> {
  for (const name of new Set(names))
    await docker(engine, ['image', 'rm', '--no-prune', name]).catch(() => '');
}

/** The id of an image; undefined when there is none of that name. */
export async function imageId(engine: Engine, name: string): Promise<string | undefined> {
  const id = await docker(engine, ['image', 'inspect', '--format', '{{.Id}}', name]).catch(() => '');
  return id.trim() === '' ? undefined : id.trim();
}

const cacheSchema = z.array(z.object({ ID: z.string(), CacheType: z.string(), Description: z.string() }));

/** Removes the cache mounts of commands that hold a word; the builder tells for each what command it is from. */
export async function removeCacheMounts(engine: Engine, word: string): Promise<void> {
  const listed = await docker(engine, ['system', 'df', '--verbose', '--format', '{{json .BuildCache}}']);
  const own = cacheSchema
    .parse(JSON.parse(listed))
    .filter(({ CacheType, Description }) => CacheType === 'exec.cachemount' && Description.includes(word));
  for (const { ID } of own)
    await docker(engine, ['builder', 'prune', '--all', '--force', '--filter', `id=${ID}`]).catch(() => '');
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
