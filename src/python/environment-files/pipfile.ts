import { z } from 'zod';
import { normaliseName } from '../distribution-name.ts';
import type { DistributionPlace, EnvironmentFile, ListedDistribution } from './environment-file.ts';
import { lineOfEntry } from './manifest-lines.ts';
import { type EnvironmentText, readFormat } from './parse-text.ts';

const detailed = z
  .object({
    version: z.string().optional(),
    extras: z.array(z.string()).default([]),
    markers: z.string().optional(),
    git: z.string().optional(),
    path: z.string().optional(),
    file: z.string().optional(),
  })
  .catchall(z.unknown());
type Detailed = z.infer<typeof detailed>;
const table = z.record(z.string(), z.union([z.string(), detailed]));
const schema = z
  .object({
    source: z.array(z.object({ url: z.string() })).default([]),
    requires: z
      .object({ python_version: z.string().optional(), python_full_version: z.string().optional() })
      .default({}),
    packages: table.default({}),
    'dev-packages': table.default({}),
  })
  .catchall(z.unknown());
type Pipfile = z.infer<typeof schema>;

/**
 * Reads a `Pipfile`: `packages` is `main`, `dev-packages` is `dev`, and categories of their own keep their names.
 *
 *     [packages]
 *     flask = "==3.0"
 *     torch = { version = ">=2.2", markers = "platform_machine == 'x86_64'", extras = ["opt-einsum"] }
 *     [dev-packages]
 *     pytest = "*"
 */
export function readPipfile(file: EnvironmentText): EnvironmentFile {
  return readFormat({ kind: 'Pipfile', syntax: 'toml', schema, read: describe }, file);
}

function describe(pipfile: Pipfile, { path, text }: EnvironmentText): EnvironmentFile {
  const { python_full_version: full, python_version: python } = pipfile.requires;
  const requiresPython = full === undefined ? python && `==${python}.*` : `==${full}`;
  return {
    path,
    kind: 'Pipfile',
    ...(requiresPython !== undefined && { requiresPython }),
    distributions: sections(pipfile).flatMap(({ header, group, packages }) =>
      Object.entries(packages).map(([name, given]) => {
        const line = lineOfEntry(text, header, name);
        return { ...distribution(name, given, group), ...(line > 0 && { line }) };
      }),
    ),
    indexUrls: pipfile.source.map(({ url }) => url),
    includes: [],
    problems: [],
  };
}

interface Section {
  readonly header: string;
  readonly group: string;
  readonly packages: z.infer<typeof table>;
}

/** Tables that are no categories. */
const settings = new Set(['source', 'requires', 'packages', 'dev-packages', 'scripts', 'pipenv', 'pipfile']);

function sections(pipfile: Pipfile): readonly Section[] {
  const categories = Object.entries(pipfile).flatMap(([name, value]): Section[] => {
    const parsed = table.safeParse(value);
    return settings.has(name) || !parsed.success
      ? []
      : [{ header: name, group: name, packages: parsed.data }];
  });
  return [
    { header: 'packages', group: 'main', packages: pipfile.packages },
    { header: 'dev-packages', group: 'dev', packages: pipfile['dev-packages'] },
    ...categories,
  ];
}

function distribution(name: string, given: string | Detailed, group: string): ListedDistribution {
  const one: Detailed = typeof given === 'string' ? { version: given, extras: [] } : given;
  const marker = markerOf(one);
  const place = placeOf(one);
  return {
    name: normaliseName(name),
    specifier: specifierOf(one.version ?? '*'),
    extras: one.extras.map(normaliseName),
    ...(marker !== undefined && { marker }),
    groups: [group],
    ...(place !== undefined && { place }),
  };
}

/** A version without an operator is exact. */
function specifierOf(version: string): string {
  const text = version.replace(/\s+/g, '');
  if (text === '*') return '';
  return /^\d/.test(text) ? `==${text}` : text;
}

/** Variables of markers may be keys of their own: `sys_platform = "== 'linux'"`. */
function markerOf({ markers, ...rest }: Detailed): string | undefined {
  const own = Object.entries(rest).flatMap(([key, value]) =>
    typeof value === 'string' && /^(python|os|sys|platform|implementation)_\w+$/.test(key)
      ? [`${key} ${value}`]
      : [],
  );
  const all = [...(markers === undefined ? [] : [markers]), ...own];
  if (all.length === 0) return undefined;
  return all.map((one) => (all.length > 1 && one.includes(' or ') ? `(${one})` : one)).join(' and ');
}

function placeOf({ git, file, path }: Detailed): DistributionPlace | undefined {
  if (git !== undefined) return { kind: 'vcs', target: git };
  if (path !== undefined) return { kind: 'path', target: path };
  return file === undefined ? undefined : { kind: /^https?:/.test(file) ? 'url' : 'path', target: file };
}
