import { parse } from 'smol-toml';
import { messageOf, UserError } from '../base/index.ts';

/** A requirement of a manifest, and whether production needs it. */
export interface ManifestRequirement {
  /** PEP 508: `torch>=2.2,<3`. */
  readonly text: string;
  /** The group that it stands in, when only development installs it. */
  readonly group: string | undefined;
  /** 1-based; 0 where it is not found again. */
  readonly line: number;
}

type Table = Readonly<Record<string, unknown>>;

/**
 * What a `pyproject.toml` (PEP 621, PEP 735, Poetry, PDM, uv) or a `Pipfile` asks for by name; what comes from folders, URLs and version
 * control is left out. Throws a `UserError` for a file that is no TOML.
 *
 *     [project]
 *     dependencies = ["torch>=2.2"]
 *     [tool.poetry.dependencies]
 *     fastapi = { version = "^0.110", extras = ["all"] }
 */
export function readManifest(
  path: string,
  text: string,
  extras: readonly string[] = [],
): readonly ManifestRequirement[] {
  let manifest: Table;
  try {
    manifest = parse(text);
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${messageOf(error)}`, {
      hint: 'Correct it: it is to be TOML.',
      cause: error,
    });
  }
  const found = path.endsWith('Pipfile')
    ? [
        ...named(table(manifest, 'packages')),
        ...inGroup('dev-packages', named(table(manifest, 'dev-packages'))),
      ]
    : pyproject(manifest, extras);
  return found.map((one) => ({ ...one, line: lineOf(one.text, text) }));
}

type Found = Omit<ManifestRequirement, 'line'>;

function pyproject(manifest: Table, extras: readonly string[]): readonly Found[] {
  const project = table(manifest, 'project');
  const optional = table(project, 'optional-dependencies');
  const poetry = table(table(manifest, 'tool'), 'poetry');
  const groups = Object.entries(table(manifest, 'dependency-groups'));
  const pdm = Object.entries(table(table(table(manifest, 'tool'), 'pdm'), 'dev-dependencies'));
  const uv = table(table(manifest, 'tool'), 'uv')['dev-dependencies'];
  return [
    ...texts(project['dependencies']),
    ...extras.flatMap((extra) => texts(optional[extra])),
    ...named(table(poetry, 'dependencies')),
    ...[...groups, ...pdm].flatMap(([name, list]) => inGroup(name, texts(list))),
    ...inGroup('dev', texts(uv)),
    ...inGroup('dev', named(table(poetry, 'dev-dependencies'))),
    ...Object.entries(table(poetry, 'group')).flatMap(([name, group]) =>
      inGroup(name, named(table(asTable(group), 'dependencies'))),
    ),
  ];
}

function texts(list: unknown): readonly Found[] {
  return Array.isArray(list)
    ? list.flatMap((text) => (typeof text === 'string' ? [{ text, group: undefined }] : []))
    : [];
}

function inGroup(group: string, found: readonly Found[]): readonly Found[] {
  return found.map((one) => ({ ...one, group }));
}

/** Name → version or table, as Poetry and Pipenv write it. */
function named(entries: Table): readonly Found[] {
  return Object.entries(entries).flatMap(([name, value]) => {
    if (name === 'python') return [];
    const details = typeof value === 'string' ? { version: value } : asTable(value);
    if (['path', 'git', 'url', 'file'].some((key) => key in details) || details['optional'] === true)
      return [];
    const version = typeof details['version'] === 'string' ? details['version'] : '*';
    const extras = Array.isArray(details['extras']) ? `[${details['extras'].join(',')}]` : '';
    const marker = typeof details['markers'] === 'string' ? ` ; ${details['markers']}` : '';
    return [{ text: `${name}${extras}${specifierOf(version)}${marker}`, group: undefined }];
  });
}

/** Poetry's `^1.2`, `~1.2`, `1.2.*`, `1.2` and `*` as PEP 440 says them; alternatives (`||`) leave the version open. */
function specifierOf(version: string): string {
  if (version.includes('||')) return '';
  const clauses = version.split(',').map((clause) => clause.trim().replace(/\s+/g, ''));
  return clauses
    .flatMap((clause) => {
      if (clause === '' || clause === '*') return [];
      const [, sign, base = ''] = /^([\^~])(?!=)v?(.+)$/.exec(clause) ?? [];
      if (sign !== undefined) return [`>=${base}`, `<${ceiling(base, sign)}`];
      return [/^[\d]/.test(clause) ? `==${clause}` : clause];
    })
    .join(',');
}

/** `^1.2.3` ends before 2, `^0.2.3` before 0.3; `~1.2.3` before 1.3, `~1` before 2. */
function ceiling(base: string, sign: string): string {
  const parts = (/^\d+(?:\.\d+)*/.exec(base)?.[0] ?? '0').split('.').map(Number);
  const firstSet = parts.findIndex((part) => part > 0);
  const at = sign === '~' ? Math.min(1, parts.length - 1) : firstSet === -1 ? parts.length - 1 : firstSet;
  return [...parts.slice(0, at), (parts[at] ?? 0) + 1].join('.');
}

function table(of: Table, key: string): Table {
  return asTable(of[key]);
}

function asTable(value: unknown): Table {
  // The cast says what `typeof` cannot.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {};
}

/** The first line that holds the requirement, or begins with its name. */
function lineOf(requirement: string, text: string): number {
  const lines = text.split(/\r?\n/);
  const name = /^[\w.-]+/.exec(requirement)?.[0] ?? requirement;
  const isKey = (line: string): boolean =>
    new RegExp(`^\\s*["']?${name.replaceAll('.', '\\.')}["']?\\s*=`).test(line);
  const quoted = lines.findIndex(
    (line) => line.includes(`"${requirement}"`) || line.includes(`'${requirement}'`),
  );
  return (quoted === -1 ? lines.findIndex(isKey) : quoted) + 1;
}
