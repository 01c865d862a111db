import type { InstalledDistribution } from '../python/index.ts';

/**
 * True for a distribution that was installed from a folder, a repository or a file (PEP 610, `direct_url.json`), and not from an index: in most
 * images that is the application.
 */
export function isOwnDistribution({ files }: Pick<InstalledDistribution, 'files'>): boolean {
  const known = own.get(files);
  if (known !== undefined) return known;
  const found = files.some((path) => path.endsWith('.dist-info/direct_url.json'));
  own.set(files, found);
  return found;
}

const own = new WeakMap<readonly string[], boolean>();
