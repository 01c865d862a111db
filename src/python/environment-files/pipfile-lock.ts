import { z } from 'zod';
import { normaliseName } from '../distribution-name.ts';
import type { DistributionPlace, EnvironmentFile, ListedDistribution } from './environment-file.ts';
import { type EnvironmentText, readFormat } from './parse-text.ts';

const locked = z.object({
  version: z.string().optional(),
  markers: z.string().optional(),
  extras: z.array(z.string()).default([]),
  index: z.string().optional(),
  git: z.string().optional(),
  file: z.string().optional(),
  path: z.string().optional(),
});
const schema = z
  .object({
    _meta: z.object({
      requires: z.object({ python_version: z.string().optional() }).default({}),
      sources: z.array(z.object({ name: z.string().optional(), url: z.string() })).default([]),
    }),
    default: z.record(z.string(), locked).default({}),
    develop: z.record(z.string(), locked).default({}),
  })
  .catchall(z.unknown());
type Locked = z.infer<typeof locked>;

/**
 * Reads `Pipfile.lock` (JSON, pipfile-spec 6). What is in both sections is one distribution of two groups; `develop` is `dev`,
 * and categories of their own keep their names.
 *
 *     { "_meta": { "sources": [{ "name": "pypi", "url": "https://pypi.org/simple" }] },
 *       "default": { "certifi": { "version": "==2024.2.2", "markers": "python_version >= '3.6'" } } }
 */
export function readPipfileLock(file: EnvironmentText): EnvironmentFile {
  return readFormat({ kind: 'Pipfile.lock', syntax: 'json', schema, read: describe }, file);
}

function describe(lock: z.infer<typeof schema>, { path }: EnvironmentText): EnvironmentFile {
  const python = lock._meta.requires.python_version;
  const found = new Map<string, ListedDistribution>();
  for (const [section, packages] of sections(lock)) {
    for (const [name, entry] of Object.entries(packages)) {
      const next = distribution(name, entry, section);
      const key = `${next.name} ${next.version ?? ''}`;
      const known = found.get(key);
      found.set(key, known === undefined ? next : { ...known, groups: [...known.groups, section] });
    }
  }
  return {
    path,
    kind: 'Pipfile.lock',
    ...(python !== undefined && { requiresPython: `==${python}.*` }),
    distributions: [...found.values()],
    indexUrls: lock._meta.sources.map(({ url }) => url),
    includes: [],
    problems: [],
  };
}

function sections(lock: z.infer<typeof schema>): [string, Readonly<Record<string, Locked>>][] {
  const named = Object.entries(lock).flatMap(
    ([name, value]): [string, Readonly<Record<string, Locked>>][] => {
      const parsed = z.record(z.string(), locked).safeParse(value);
      return ['_meta', 'default', 'develop'].includes(name) || !parsed.success ? [] : [[name, parsed.data]];
    },
  );
  return [['main', lock.default], ['dev', lock.develop], ...named];
}

function distribution(name: string, entry: Locked, group: string): ListedDistribution {
  const place = placeOf(entry);
  const version = entry.version?.replace(/^===?/, '');
  return {
    name: normaliseName(name),
    ...(version !== undefined && version !== '*' && { version }),
    extras: entry.extras.map(normaliseName),
    ...(entry.markers !== undefined && { marker: entry.markers }),
    groups: [group],
    ...(place !== undefined && { place }),
  };
}

function placeOf({ git, file, path }: Locked): DistributionPlace | undefined {
  if (git !== undefined) return { kind: 'vcs', target: git };
  if (path !== undefined) return { kind: 'path', target: path };
  return file === undefined ? undefined : { kind: /^https?:/.test(file) ? 'url' : 'path', target: file };
}
