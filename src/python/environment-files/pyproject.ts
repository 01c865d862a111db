import { z } from 'zod';
import { normaliseName } from '../distribution-name.ts';
import { parseNamedRequirement } from '../requirement-line.ts';
import type { EnvironmentFile, EnvironmentProblem, ListedDistribution } from './environment-file.ts';
import { lineOfText } from './manifest-lines.ts';
import { type EnvironmentText, readFormat } from './parse-text.ts';
import { readPoetryTable } from './pyproject-poetry.ts';

const texts = z.array(z.string());
const group = z.array(z.union([z.string(), z.object({ 'include-group': z.string() })]));
const source = z.object({
  name: z.string().optional(),
  url: z.string().optional(),
  default: z.boolean().default(false),
});
const schema = z.object({
  project: z
    .object({
      name: z.string().optional(),
      'requires-python': z.string().optional(),
      dynamic: texts.default([]),
      dependencies: texts.default([]),
      'optional-dependencies': z.record(z.string(), texts).default({}),
    })
    .optional(),
  'dependency-groups': z.record(z.string(), group).default({}),
  tool: z
    .object({
      poetry: z.record(z.string(), z.unknown()).optional(),
      pdm: z
        .object({
          'dev-dependencies': z.record(z.string(), texts).default({}),
          source: z.array(source).default([]),
        })
        .optional(),
      uv: z
        .object({
          'dev-dependencies': texts.default([]),
          'default-groups': z.union([texts, z.literal('all')]).optional(),
          sources: z.record(z.string(), z.unknown()).default({}),
          index: z.array(source).default([]),
          'index-url': z.string().optional(),
          'extra-index-url': texts.default([]),
        })
        .optional(),
    })
    .default({}),
});
type Manifest = z.infer<typeof schema>;

/**
 * Reads the dependencies of a `pyproject.toml`: PEP 621, dependency groups (PEP 735), and the tables of Poetry, PDM and uv. Extras
 * and groups keep their names, what the project itself needs is `main`, and uv's and PDM's old tables are `dev` or named there.
 *
 *     [project]
 *     dependencies = ["flask>=3"]
 *     [dependency-groups]
 *     dev = ["pytest>=8", { include-group = "lint" }]
 */
export function readPyproject(file: EnvironmentText): EnvironmentFile {
  return readFormat({ kind: 'pyproject.toml', syntax: 'toml', schema, read: describe }, file);
}

function describe(manifest: Manifest, file: EnvironmentText): EnvironmentFile {
  const problems: EnvironmentProblem[] = [];
  const tell = (part: string, message: string): void => {
    const line = file.text.split('\n').findIndex((one) => one.includes(part)) + 1;
    problems.push({ path: file.path, line, message });
  };
  if (manifest.project?.dynamic.includes('dependencies') === true)
    tell('dynamic', 'the dependencies are dynamic: only a build of the project tells them');
  const poetry = readPoetryTable(manifest.tool.poetry, file.text, tell);
  const projectName = manifest.project?.name ?? poetry.name;
  const groups = withoutSelf(groupsOf(manifest, tell), projectName);
  const listed = groups.flatMap(({ name, requirements }) =>
    requirements.flatMap((text) => {
      const line = lineOfText(file.text, text);
      return listedOf(text, name, tell).map((one) => ({ ...one, ...(line > 0 && { line }) }));
    }),
  );
  const indexes = indexesOf(manifest);
  const extraIndexUrls = [...indexes.extraIndexUrls, ...poetry.extraIndexUrls];
  const defaultGroups = manifest.tool.uv?.['default-groups'];
  const requiresPython = manifest.project?.['requires-python'] ?? poetry.requiresPython;
  return {
    path: file.path,
    kind: 'pyproject.toml',
    ...(projectName !== undefined && { projectName: normaliseName(projectName) }),
    ...(requiresPython !== undefined && { requiresPython }),
    distributions: withUvSources([...joined(listed), ...poetry.distributions], manifest),
    ...(poetry.optionalGroups.length > 0 && { optionalGroups: poetry.optionalGroups }),
    ...(defaultGroups !== undefined && { defaultGroups }),
    indexUrls: [...indexes.indexUrls, ...poetry.indexUrls],
    ...(extraIndexUrls.length > 0 && { extraIndexUrls }),
    includes: [],
    problems,
  };
}

type Tell = (part: string, message: string) => void;

interface Group {
  readonly name: string;
  readonly requirements: readonly string[];
}

function groupsOf({ project, tool, ...rest }: Manifest, tell: Tell): Group[] {
  const groups = rest['dependency-groups'];
  const plain = (name: string, requirements: readonly string[]): Group => ({ name, requirements });
  return [
    plain('main', project?.dependencies ?? []),
    ...Object.entries(project?.['optional-dependencies'] ?? {}).map(([name, list]) =>
      plain(`extra:${normaliseName(name)}`, list),
    ),
    ...Object.keys(groups).map((name) => plain(name, expandGroup(name, groups, { seen: [], tell }))),
    ...Object.entries(tool.pdm?.['dev-dependencies'] ?? {}).map(([name, list]) => plain(name, list)),
    plain('dev', tool.uv?.['dev-dependencies'] ?? []),
  ];
}

/** An extra or a group may ask for the project itself with extras (`all = ["scores[gpu,plots]"]`): it has what they have. */
function withoutSelf(groups: readonly Group[], projectName: string | undefined): readonly Group[] {
  const own = projectName === undefined ? undefined : normaliseName(projectName);
  const requirementsOf = (name: string, seen: readonly string[]): readonly string[] =>
    groups
      .filter((one) => one.name === name && !seen.includes(name))
      .flatMap(({ requirements }) =>
        requirements.flatMap((text) => {
          const parsed = parseNamedRequirement(text);
          if ('error' in parsed || parsed.name !== own) return [text];
          return parsed.extras.flatMap((extra) => requirementsOf(`extra:${extra}`, [...seen, name]));
        }),
      );
  const names = [...new Set(groups.map(({ name }) => name))];
  return names.map((name) => ({ name, requirements: requirementsOf(name, []) }));
}

/** PEP 735: groups include others, never in a circle; names are compared as distribution names are. */
function expandGroup(
  name: string,
  groups: Manifest['dependency-groups'],
  { seen, tell }: { readonly seen: readonly string[]; readonly tell: Tell },
): string[] {
  const wanted = normaliseName(name);
  const found = Object.entries(groups).find(([other]) => normaliseName(other) === wanted);
  if (found === undefined || seen.includes(wanted)) {
    tell(name, found === undefined ? `there is no group "${name}"` : `the group "${name}" includes itself`);
    return [];
  }
  return found[1].flatMap((item) =>
    typeof item === 'string'
      ? [item]
      : expandGroup(item['include-group'], groups, { seen: [...seen, wanted], tell }),
  );
}

function listedOf(text: string, groupName: string, tell: Tell): ListedDistribution[] {
  // PDM's development groups may hold `-e file:///${PROJECT_ROOT}/sub#egg=sub`.
  const editable = /^-e\s+(\S+?)(?:#egg=([\w.-]+))?$/.exec(text);
  if (editable !== null) {
    const [, target = '', egg = target] = editable;
    return [{ name: normaliseName(egg), extras: [], groups: [groupName], place: { kind: 'path', target } }];
  }
  const parsed = parseNamedRequirement(text);
  if ('error' in parsed) {
    tell(text, parsed.error);
    return [];
  }
  const { name, specifier, extras, marker, url } = parsed;
  return [
    {
      name,
      specifier,
      extras,
      ...(marker !== undefined && { marker }),
      groups: [groupName],
      ...(url !== undefined && {
        place: {
          kind: /^(git|hg|svn|bzr)\+/.test(url) ? 'vcs' : url.startsWith('file:') ? 'path' : 'url',
          target: url,
        },
      }),
    },
  ];
}

/** The same line in several groups is one distribution. */
function joined(listed: readonly ListedDistribution[]): ListedDistribution[] {
  const byLine = new Map<string, ListedDistribution>();
  for (const one of listed) {
    const { groups: _, line: __, ...same } = one;
    const key = JSON.stringify(same);
    const known = byLine.get(key);
    byLine.set(
      key,
      known === undefined ? one : { ...known, groups: [...new Set([...known.groups, ...one.groups])] },
    );
  }
  return [...byLine.values()];
}

/** uv's `default = true` and PDM's source named `pypi` stand in PyPI's place, all others beside it. */
function indexesOf({ tool }: Manifest): Required<Pick<EnvironmentFile, 'indexUrls' | 'extraIndexUrls'>> {
  const sources = [
    ...(tool.uv?.index ?? []),
    ...(tool.pdm?.source ?? []).map((one) => ({ ...one, default: one.name === 'pypi' })),
  ];
  const urls = (isDefault: boolean): string[] =>
    sources.flatMap((one) => (one.default === isDefault ? (one.url ?? []) : []));
  return {
    indexUrls: [...urls(true), ...[tool.uv?.['index-url'] ?? []].flat()],
    extraIndexUrls: [...urls(false), ...(tool.uv?.['extra-index-url'] ?? [])],
  };
}

/** `[tool.uv.sources]` says where a distribution comes from: `{ path = "../lib" }`, `{ git = "https://…" }`, `{ workspace = true }`. */
function withUvSources(listed: readonly ListedDistribution[], { tool }: Manifest): ListedDistribution[] {
  const sources = new Map(
    Object.entries(tool.uv?.sources ?? {}).map(([name, value]) => [normaliseName(name), value]),
  );
  return listed.map((one) => {
    const entry = sources.get(one.name);
    const first: unknown = Array.isArray(entry) ? entry[0] : entry;
    if (typeof first !== 'object' || first === null) return one;
    const table = first as Readonly<Record<string, unknown>>; // What `typeof` cannot say.
    const text = (key: string): string | undefined =>
      typeof table[key] === 'string' ? table[key] : undefined;
    const git = text('git');
    if (git !== undefined) return { ...one, place: { kind: 'vcs', target: git } };
    const url = text('url');
    if (url !== undefined) return { ...one, place: { kind: 'url', target: url } };
    const path = text('path') ?? (table['workspace'] === true ? '.' : undefined);
    return path === undefined ? one : { ...one, place: { kind: 'path', target: path } };
  });
}
