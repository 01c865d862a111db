import type { InstalledDistribution } from '../python/index.ts';
import { siteOf } from './site-packages.ts';
import type { Study } from './study.ts';

/**
 * What the application imports of the installed distributions, as statements: the top-level modules that its own Python files name,
 * those outside of site-packages and of the standard library.
 */
export function applicationImports(
  study: Pick<Study, 'names' | 'mentions'>,
  distributions: readonly InstalledDistribution[],
): readonly string[] {
  const installed = new Set(distributions.flatMap(({ modules }) => modules));
  const found = new Set<string>();
  for (const { path, names } of study.mentions) {
    if (siteOf(path) !== undefined || /(?:^|\/)lib\/python\d/.test(path)) continue;
    for (const number of names) {
      const top = study.names[number]?.split('.')[0] ?? '';
      if (installed.has(top)) found.add(top);
    }
  }
  return [...found].sort().map((module) => `import ${module}`);
}
