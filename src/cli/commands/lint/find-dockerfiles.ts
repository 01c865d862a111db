import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isDockerfile } from './dockerfile-name.ts';
import type { FoundDockerfiles, LintInput } from './found-dockerfiles.ts';

/**
 * What is to be checked: files as they are named, each once, and the Dockerfiles of directories; of one without, those that its compose file and
 * pipelines build, else those below it. Throws a `UserError` for a directory without any.
 */
export async function findDockerfiles(named: readonly string[], cwd: string): Promise<FoundDockerfiles> {
  const found = await Promise.all(
    (named.length > 0 ? named : ['.']).map(async (name): Promise<FoundDockerfiles> => {
      const at = name === '-' ? undefined : await stat(resolve(cwd, name)).catch(() => undefined);
      return at?.isDirectory() === true
        ? await dockerfilesOf(name, cwd)
        : { inputs: [{ file: name }], notes: [] };
    }),
  );
  const inputs = new Map<string, LintInput>();
  for (const input of found.flatMap((one) => one.inputs)) {
    const key = `${input.file}\0${input.inline?.offsets[0] ?? ''}`;
    if (!inputs.has(key)) inputs.set(key, input);
  }
  return { inputs: [...inputs.values()], notes: found.flatMap(({ notes }) => notes) };
}

async function dockerfilesOf(directory: string, cwd: string): Promise<FoundDockerfiles> {
  const entries = await readdir(resolve(cwd, directory), { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter(isDockerfile)
    .map(({ name }) => name)
    .sort();
  if (names.length > 0) return { inputs: names.map((name) => ({ file: join(directory, name) })), notes: [] };
  const { searchDockerfiles } = await import('./search-dockerfiles.ts');
  return searchDockerfiles(directory, cwd);
}
