import { z } from 'zod';
import { normaliseName } from '../distribution-name.ts';
import type { EnvironmentFile, ListedDistribution } from './environment-file.ts';
import { type EnvironmentText, readFormat } from './parse-text.ts';

const schema = z.object({
  version: z.literal(1, 'only version 1 of the format is known'),
  package: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      manager: z.enum(['conda', 'pip']),
      platform: z.string(),
      category: z.string().default('main'),
      url: z.string().default(''),
      dependencies: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
});

/**
 * Reads `conda-lock.yml` (version 1) for Linux on x86-64, or for the only platform that it is for.
 *
 *     version: 1
 *     package:
 *     - { name: numpy, version: 1.26.4, manager: conda, platform: linux-64, category: main, url: https://… }
 */
export function readCondaLock(file: EnvironmentText): EnvironmentFile {
  return readFormat({ kind: 'conda-lock.yml', syntax: 'yaml', schema, read: describe }, file);
}

function describe(lock: z.infer<typeof schema>, { path }: EnvironmentText): EnvironmentFile {
  const platforms = new Set(lock.package.map(({ platform }) => platform));
  const wanted = platforms.size === 1 ? [...platforms][0] : 'linux-64';
  return {
    path,
    kind: 'conda-lock.yml',
    distributions: lock.package
      .filter(({ platform }) => platform === wanted)
      .map(
        ({ name, version, manager, category, dependencies }): ListedDistribution => ({
          name: normaliseName(name),
          version,
          extras: [],
          groups: [category],
          requires: Object.keys(dependencies).map(normaliseName),
          ...(manager === 'conda' && { isConda: true }),
        }),
      ),
    indexUrls: [],
    includes: [],
    problems: [],
  };
}
