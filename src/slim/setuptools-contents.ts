import { posix } from 'node:path';
import type { PackageContents, PackageFolder } from './package-folder.ts';
import { isTable, type Table } from './toml-table.ts';

/** What a project says to setuptools about packages and their data, wherever it says it. */
interface Settings {
  readonly where: string;
  /** Listed by name; undefined where they are to be found. */
  readonly packages: readonly string[] | undefined;
  /** Folders without `__init__.py` are packages, too. */
  readonly hasNamespaces: boolean;
  /** Package or `*` → patterns. */
  readonly data: Readonly<Record<string, readonly string[]>>;
  readonly includesData: boolean;
}

/**
 * The packages that setuptools finds, and the first file of them that no setting declares: of what is no Python it takes only what `package_data` or, with
 * `include_package_data`, `MANIFEST.in` names (setuptools, "Data Files Support", "Package Discovery").
 */
export function setuptoolsContents(one: PackageFolder): PackageContents {
  const settings = settingsOf(one);
  if (typeof settings === 'string') return { roots: [], because: settings };
  const below = settings.where === '.' ? '' : `${settings.where}/`;
  const named = settings.packages?.map((name) => name.replaceAll('.', '/'));
  const tops = named?.filter((path) => !path.includes('/')) ?? topPackages(one.files, below);
  if (tops.length === 0)
    return { roots: [], because: 'the folder of its modules is not found in the build context' };
  if (settings.packages === undefined && below === '' && tops.length > 1)
    return { roots: [], because: `setuptools may not take all of ${tops.join(', ')}` };
  const roots = tops.map((top) => `${below}${top}`);
  const own = one.files.filter((path) => roots.some((root) => path.startsWith(`${root}/`)));
  const folders = new Set(
    own
      .map(posix.dirname)
      .filter((folder) => isPackage(folder, { files: one.files, below, named, settings })),
  );
  const missed = own.find(
    (path) => !isTaken(path, { folders, settings, below, manifest: one.textOf('MANIFEST.in') }),
  );
  return {
    roots,
    because:
      missed === undefined
        ? undefined
        : `${posix.join(one.folder, missed)} is ${missed.endsWith('.py') ? 'in no package' : 'no declared package data'}, so a regular installation leaves it out`,
  };
}

function topPackages(files: readonly string[], below: string): readonly string[] {
  const tops = files.flatMap((path) => {
    const rest = path.startsWith(below) ? path.slice(below.length).split('/') : [];
    return rest.length === 2 && rest[1] === '__init__.py' ? [rest[0] ?? ''] : [];
  });
  // Names that automatic discovery passes over (setuptools, FlatLayoutPackageFinder).
  return [...new Set(tops)].filter(
    (name) => !/^(tests?|docs?|examples?|scripts|tools|build|benchmarks?|exercises?|tasks)$/.test(name),
  );
}

function isPackage(
  folder: string,
  {
    files,
    below,
    named,
    settings,
  }: {
    readonly files: readonly string[];
    readonly below: string;
    readonly named: readonly string[] | undefined;
    readonly settings: Settings;
  },
): boolean {
  const path = folder.slice(below.length);
  if (named !== undefined) return named.includes(path);
  if (settings.hasNamespaces) return true;
  const parts = path.split('/');
  return parts.every((_part, at) =>
    files.includes(`${below}${parts.slice(0, at + 1).join('/')}/__init__.py`),
  );
}

function isTaken(
  path: string,
  {
    folders,
    settings,
    below,
    manifest,
  }: {
    readonly folders: ReadonlySet<string>;
    readonly settings: Settings;
    readonly below: string;
    readonly manifest: string | undefined;
  },
): boolean {
  if (path.endsWith('.py')) return folders.has(posix.dirname(path));
  const owners = [...folders].filter((folder) => path.startsWith(`${folder}/`));
  if (owners.length === 0) return false;
  const isDeclared = owners.some((folder) => {
    const name = folder.slice(below.length).replaceAll('/', '.');
    const patterns = ['*', '', name].flatMap((key) => settings.data[key] ?? []);
    return patterns.some((pattern) => posix.matchesGlob(path.slice(folder.length + 1), pattern));
  });
  return isDeclared || (settings.includesData && isInManifest(path, manifest ?? ''));
}

/** The commands of `MANIFEST.in`, the last one that says something about the file counts. */
function isInManifest(path: string, text: string): boolean {
  let isIn = false;
  for (const line of text.split('\n')) {
    const [command = '', ...rest] = line.replace(/#.*$/, '').trim().split(/\s+/);
    const [folder = '', ...patterns] = rest;
    const below = path.startsWith(`${folder.replace(/\/$/, '')}/`);
    const matches = (globs: readonly string[], name: string): boolean =>
      globs.some((glob) => posix.matchesGlob(name, glob));
    const found =
      (/^(include|exclude)$/.test(command) && matches(rest, path)) ||
      (/^recursive-(include|exclude)$/.test(command) && below && matches(patterns, posix.basename(path))) ||
      (/^global-(include|exclude)$/.test(command) && matches(rest, posix.basename(path))) ||
      (/^(graft|prune)$/.test(command) && below);
    if (found) isIn = !/exclude|prune/.test(command);
  }
  return isIn;
}

function settingsOf({ pyproject, textOf }: PackageFolder): Settings | string {
  const setup = textOf('setup.py');
  const isBare = /^\s*(from setuptools import setup|import setuptools)\s+(setuptools\.)?setup\(\)\s*$/.test(
    (setup ?? 'import setuptools\nsetuptools.setup()').replace(/^#.*\n/gm, '').replace(/"""[\s\S]*?"""/g, ''),
  );
  if (!isBare) return 'its setup.py decides what is installed';
  const tool = pyproject['tool'];
  const own = isTable(tool) && isTable(tool['setuptools']) ? tool['setuptools'] : undefined;
  const file = iniOf(textOf('setup.cfg') ?? '');
  if (own !== undefined && file.has('options'))
    return 'both pyproject.toml and setup.cfg decide what is installed';
  return file.has('options') ? ofSetupFile(file) : ofProject(own ?? {});
}

function ofProject(own: Table): Settings | string {
  const other = Object.keys(own).find(
    (key) =>
      !/^(packages|package-dir|package-data|include-package-data|dynamic|zip-safe|license-files|platforms)$/.test(
        key,
      ),
  );
  if (other !== undefined) return `[tool.setuptools] decides what is installed (${other})`;
  const { packages, 'package-dir': folders, 'package-data': data } = own;
  const find = isTable(packages) ? packages['find'] : undefined;
  if (packages !== undefined && !Array.isArray(packages) && !isTable(find))
    return '[tool.setuptools] decides what is installed (packages)';
  const limits = isTable(find)
    ? Object.keys(find).find((key) => !/^(where|namespaces|include)$/.test(key))
    : undefined;
  if (limits !== undefined) return `[tool.setuptools.packages.find] decides what is installed (${limits})`;
  const folder = isTable(folders) ? folders[''] : undefined;
  const where = isTable(find) && Array.isArray(find['where']) ? find['where'][0] : folder;
  return {
    where: typeof where === 'string' ? posix.normalize(where).replace(/\/$/, '') : 'src',
    packages: Array.isArray(packages) ? packages.map(String) : undefined,
    hasNamespaces: !isTable(find) || find['namespaces'] !== false,
    data: Object.fromEntries(
      Object.entries(isTable(data) ? data : {}).map(([name, globs]) => [name, [globs].flat().map(String)]),
    ),
    includesData: own['include-package-data'] !== false,
  };
}

function ofSetupFile(file: ReadonlyMap<string, ReadonlyMap<string, string>>): Settings | string {
  const options = file.get('options');
  const packages = options?.get('packages') ?? '';
  const find = file.get('options.packages.find');
  const limits = [...(find?.keys() ?? [])].find((key) => key !== 'where');
  if (limits !== undefined)
    return `[options.packages.find] of setup.cfg decides what is installed (${limits})`;
  if (file.has('options.exclude_package_data'))
    return '[options.exclude_package_data] of setup.cfg leaves files out';
  const folder = /^\s*=\s*(\S+)/m.exec(options?.get('package_dir') ?? '')?.[1];
  return {
    where: find?.get('where') ?? folder ?? '.',
    packages: /^find(_namespace)?:$/.test(packages)
      ? undefined
      : packages.split(/[\s,]+/).filter((name) => name !== ''),
    hasNamespaces: packages === 'find_namespace:',
    data: Object.fromEntries(
      [...(file.get('options.package_data') ?? [])].map(([name, globs]) => [
        name,
        globs.split(/[\s,]+/).filter((glob) => glob !== ''),
      ]),
    ),
    includesData: /^(true|1|yes|on)$/i.test(options?.get('include_package_data') ?? ''),
  };
}

/** `setup.cfg`: sections, and values that go on in indented lines. */
function iniOf(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  let key = '';
  for (const line of text.split(/\r?\n/)) {
    const [, name] = /^\[(.+)\]\s*$/.exec(line) ?? [];
    const [, left, right = ''] = /^([^\s#;=:][^=:]*?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      section = new Map();
      sections.set(name, section);
    } else if (left !== undefined) {
      key = left;
      section.set(key, right.trim());
    } else if (/^\s+[^\s#;]/.test(line)) section.set(key, `${section.get(key) ?? ''}\n${line.trim()}`.trim());
  }
  return sections;
}
