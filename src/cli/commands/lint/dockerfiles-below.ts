import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { foreignDirectories } from '../../../project/index.ts';
import { isDockerfile } from './dockerfile-name.ts';

/**
 * The Dockerfiles in the directories below one, at any depth, by relative path in order. Directories of tools, of installed packages and
 * virtual environments (`pyvenv.cfg`) are passed by, links are not followed.
 */
export async function dockerfilesBelow(directory: string, path = ''): Promise<readonly string[]> {
  const entries = await readdir(join(directory, path), { withFileTypes: true }).catch(() => []);
  if (entries.some(({ name }) => name === 'pyvenv.cfg')) return [];
  const here = entries.filter(isDockerfile).map(({ name }) => join(path, name));
  const folders = entries.filter((entry) => entry.isDirectory() && !foreignDirectories.has(entry.name));
  const deeper: string[] = [];
  for (const { name } of folders) deeper.push(...(await dockerfilesBelow(directory, join(path, name))));
  return [...here, ...deeper].sort();
}
