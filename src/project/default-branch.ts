import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Branches that are the main one wherever they are checked out. */
const usualNames = /^(?:main|master|trunk|develop)$/;

/** The branch that a repository's remote shows first, as Git remembers it; else the one that is checked out, if it has one of the usual names; else `main`. */
export async function defaultBranch(repository: string): Promise<string> {
  const referred = async (file: string): Promise<string | undefined> => {
    const text = await readFile(join(repository, '.git', file), 'utf8').catch(() => '');
    // ref: refs/remotes/origin/main
    return /^ref: refs\/(?:remotes\/origin|heads)\/(\S+)/.exec(text)?.[1];
  };
  const remembered = await referred('refs/remotes/origin/HEAD');
  if (remembered !== undefined) return remembered;
  const current = await referred('HEAD');
  return current !== undefined && usualNames.test(current) ? current : 'main';
}
