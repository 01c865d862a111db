import type { InstalledDistribution } from '../python/index.ts';

/** Base images install them from files that they have fetched before. */
const installers: ReadonlySet<string> = new Set(['pip', 'setuptools', 'wheel', 'packaging', 'uv']);

/**
 * True for a distribution that was installed from a folder, a repository or a file (PEP 610, `direct_url.json`), and not from an index: in most
 * images that is the application. What installs others never is.
 */
export function isOwnDistribution({ name, files }: Pick<InstalledDistribution, 'name' | 'files'>): boolean {
  const known = own.get(files);
  if (known !== undefined) return known;
  const found = !installers.has(name) && files.some((path) => path.endsWith('.dist-info/direct_url.json'));
  own.set(files, found);
  return found;
}

const own = new WeakMap<readonly string[], boolean>();
