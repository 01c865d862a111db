import { posix } from 'node:path';

/**
 * The project's file behind a path that a Dockerfile or a start command names, or undefined: the path itself, else the longest
 * path that it ends with, since only the folder that the project is copied to stands before it
 * (`/app/src/train.py`, `./src/train.py`, `/srv/api/src/train.py` are all `src/train.py`).
 */
export function projectFile(named: string, paths: readonly string[]): string | undefined {
  const wanted = posix.normalize(named);
  return paths
    .filter((path) => wanted === path || wanted.endsWith(`/${path}`))
    .sort((a, b) => b.length - a.length)[0];
}
