import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { InlineDockerfile } from '../../../project/index.ts';
import { isDockerfile } from './dockerfile-name.ts';

/** A Dockerfile to check. */
export interface LintInput {
  /** As it is shown: the path as given or relative to the working directory, `-` for standard input. */
  readonly file: string;
  /** Absolute path of the build context, where something names it. */
  readonly context?: string | undefined;
  /** Names of further build contexts, where what builds it is known. */
  readonly contextNames?: readonly string[];
  /** It stands in a compose file, `file`. */
  readonly inline?: InlineDockerfile;
}

/** What is to be checked, and where that is not what was named, what was found and what was left. */
export interface FoundDockerfiles {
  readonly inputs: readonly LintInput[];
  readonly notes: readonly string[];
}

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
