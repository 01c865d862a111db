import { z } from 'zod';
import { normaliseName } from '../distribution-name.ts';
import type { DistributionPlace, ListedDistribution } from './environment-file.ts';
import { lineOfEntry } from './manifest-lines.ts';
import { poetrySpecifier } from './poetry-constraint.ts';

const detailed = z.object({
  version: z.string().optional(),
  extras: z.array(z.string()).default([]),
  markers: z.string().optional(),
  python: z.string().optional(),
  platform: z.string().optional(),
  optional: z.boolean().default(false),
  git: z.string().optional(),
  url: z.string().optional(),
  path: z.string().optional(),
  file: z.string().optional(),
});
type Detailed = z.infer<typeof detailed>;
const entry = z.union([z.string(), detailed, z.array(detailed)]);
const table = z.record(z.string(), entry).default({});
const schema = z.object({
  name: z.string().optional(),
  dependencies: table,
  'dev-dependencies': table,
  group: z
    .record(z.string(), z.object({ dependencies: table, optional: z.boolean().default(false) }))
    .default({}),
  extras: z.record(z.string(), z.array(z.string())).default({}),
  source: z.array(z.object({ url: z.string().optional(), priority: z.string().optional() })).default([]),
});

/** What Poetry's table says. */
export interface PoetryDependencies {
  readonly name?: string;
  readonly requiresPython?: string;
  readonly distributions: readonly ListedDistribution[];
  readonly indexUrls: readonly string[];
  readonly extraIndexUrls: readonly string[];
  readonly optionalGroups: readonly string[];
}

/**
 * Reads `[tool.poetry]` of a file's text. Optional dependencies are of the extras that name them alone. `tell` is given what cannot be
 * read, with a part of the file that tells where.
 *
 *     [tool.poetry.dependencies]
 *     python = "^3.10"
 *     torch = { version = "~2.3", optional = true, markers = "sys_platform == 'linux'" }
 *     [tool.poetry.group.test.dependencies]
 *     pytest = "*"
 */
export function readPoetryTable(
  value: unknown,
  text: string,
  tell: (part: string, message: string) => void,
): PoetryDependencies {
  if (value === undefined)
    return { distributions: [], indexUrls: [], extraIndexUrls: [], optionalGroups: [] };
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    tell(
      'tool.poetry',
      `[tool.poetry] ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'cannot be read'}`,
    );
    return { distributions: [], indexUrls: [], extraIndexUrls: [], optionalGroups: [] };
  }
  const poetry = parsed.data;
  const python = poetry.dependencies['python'];
  const requiresPython = typeof python === 'string' ? poetrySpecifier(python) : undefined;
  return {
    ...(poetry.name !== undefined && { name: poetry.name }),
    ...(requiresPython !== undefined && { requiresPython }),
    distributions: sections(poetry).flatMap(({ header, group, dependencies }) =>
      Object.entries(dependencies)
        .filter(([name]) => name !== 'python')
        .flatMap(([name, given]) => {
          const line = lineOfEntry(text, header, name);
          return alternatives(given)
            .flatMap((one) => listed({ name, one, group, extras: poetry.extras }, tell))
            .map((one) => ({ ...one, ...(line > 0 && { line }) }));
        }),
    ),
    optionalGroups: Object.entries(poetry.group).flatMap(([name, { optional }]) => (optional ? [name] : [])),
    // Supplemental, secondary and explicit sources stand beside PyPI, all others in its place.
    indexUrls: poetry.source.flatMap((one) => (isBeside(one) ? [] : (one.url ?? []))),
    extraIndexUrls: poetry.source.flatMap((one) => (isBeside(one) ? (one.url ?? []) : [])),
  };
}

function isBeside({ priority = 'primary' }: z.infer<typeof schema>['source'][number]): boolean {
  return !/^(primary|default)$/i.test(priority);
}

interface Section {
  readonly header: string;
  readonly group: string;
  readonly dependencies: z.infer<typeof table>;
}

function sections(poetry: z.infer<typeof schema>): readonly Section[] {
  return [
    { header: 'tool.poetry.dependencies', group: 'main', dependencies: poetry.dependencies },
    { header: 'tool.poetry.dev-dependencies', group: 'dev', dependencies: poetry['dev-dependencies'] },
    ...Object.entries(poetry.group).map(([name, { dependencies }]) => ({
      header: `tool.poetry.group.${name}.dependencies`,
      group: name,
      dependencies,
    })),
  ];
}

function alternatives(given: z.infer<typeof entry>): readonly Detailed[] {
  if (typeof given === 'string') return [{ version: given, extras: [], optional: false }];
  return Array.isArray(given) ? given : [given];
}

interface Entry {
  readonly name: string;
  readonly one: Detailed;
  readonly group: string;
  readonly extras: Readonly<Record<string, readonly string[]>>;
}

function listed(
  { name, one, group, extras }: Entry,
  tell: (part: string, message: string) => void,
): ListedDistribution[] {
  const specifier = one.version === undefined ? '' : poetrySpecifier(one.version);
  if (specifier === undefined)
    tell(
      one.version ?? name,
      `the versions "${one.version}" of ${name} are alternatives, which no requirement can say`,
    );
  const normal = normaliseName(name);
  const ofExtras = Object.entries(extras).flatMap(([extra, names]) =>
    names.some((other) => normaliseName(other) === normal) ? [`extra:${normaliseName(extra)}`] : [],
  );
  const marker = markerOf(one, tell);
  const place = placeOf(one);
  return [
    {
      name: normal,
      specifier: specifier ?? '',
      extras: one.extras.map(normaliseName),
      ...(marker !== undefined && { marker }),
      groups: one.optional ? ofExtras : [group],
      ...(place !== undefined && { place }),
    },
  ];
}

function markerOf(one: Detailed, tell: (part: string, message: string) => void): string | undefined {
  const python = one.python === undefined ? '' : poetrySpecifier(one.python);
  if (python === undefined)
    tell(one.python ?? '', `the Python versions "${one.python}" are alternatives, which are taken for any`);
  const parts = [
    ...(python ?? '').split(',').flatMap((text) => {
      const match = /^([<>=!~]+)(.+)$/.exec(text);
      return match === null ? [] : [`python_version ${match[1]} "${match[2]}"`];
    }),
    ...(one.platform === undefined ? [] : [`sys_platform == "${one.platform}"`]),
    ...(one.markers === undefined ? [] : [one.markers]),
  ];
  return parts.length === 0
    ? undefined
    : parts.map((part) => (parts.length > 1 && part.includes(' or ') ? `(${part})` : part)).join(' and ');
}

function placeOf({ git, url, path, file }: Detailed): DistributionPlace | undefined {
  if (git !== undefined) return { kind: 'vcs', target: git };
  if (url !== undefined) return { kind: 'url', target: url };
  const target = path ?? file;
  return target === undefined ? undefined : { kind: 'path', target };
}
