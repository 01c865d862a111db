import { posix } from 'node:path';

/**
 * The dotted name that a relative import of `dots` dots means in the file at `path`:
 * in `app/models/net.py`, `from ..data import x` (two dots, `data`) is `app.data`. Empty when it climbs too high.
 */
export function resolveRelativeModule(path: string, dots: number, written: string): string {
  // A package's `__init__.py` stands for the package: its first dot is the folder, as in any other file there.
  const folders = posix.dirname(path) === '.' ? [] : posix.dirname(path).split('/');
  const base = folders.slice(0, Math.max(0, folders.length - (dots - 1)));
  return [...base, ...(written === '' ? [] : written.split('.'))].join('.');
}
