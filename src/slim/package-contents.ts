import { posix } from 'node:path';
import { parse } from 'smol-toml';
import type { Project } from '../project/index.ts';
import type { PackageContents, PackageFolder } from './package-folder.ts';
import { setuptoolsContents } from './setuptools-contents.ts';
import { isTable, type Table } from './toml-table.ts';

/** Bytecode, what an earlier installation has left, and what only type checkers and git read. */
const withoutUse = /(^|\/)__pycache__\/|\.py[coi]$|\.egg-info\/|(^|\/)(py\.typed|\.gitkeep)$/;

/** Reads what the build backend of a folder takes, by its settings and its defaults. */
export function packageContents(folder: string, { context, texts }: Project): PackageContents {
  const textOf = (name: string): string | undefined =>
    texts.manifests.find(({ path, isInContext }) => isInContext && path === posix.join(folder, name))?.text;
  const hasSetup = textOf('setup.py') !== undefined || textOf('setup.cfg') !== undefined;
  const pyproject = tableOf(textOf('pyproject.toml') ?? (hasSetup ? '' : undefined));
  if (pyproject === undefined) return { roots: [], because: 'its manifest is not known' };
  const prefix = folder === '.' ? '' : `${folder}/`;
  const files = context.files
    .filter(({ path }) => path.startsWith(prefix) && !withoutUse.test(path))
    .map(({ path }) => path.slice(prefix.length));
  const contents = contentsOf({ folder, pyproject, files, textOf });
  return { ...contents, roots: contents.roots.map((root) => posix.join(folder, root)) };
}

function contentsOf(one: PackageFolder): PackageContents {
  const system = one.pyproject['build-system'];
  const backend = isTable(system) ? system['build-backend'] : undefined;
  // pip builds with setuptools where nothing is said (PEP 517, "Source trees").
  const [name = ''] = String(backend ?? 'setuptools').split(/[.:]/);
  if (name === 'setuptools') return setuptoolsContents(one);
  const settings = simpleBackends.get(name);
  return settings === undefined
    ? { roots: [], because: `what ${String(backend)} takes into a wheel is not known here` }
    : simpleContents(one, settings);
}

interface SimpleBackend {
  /** The table of its settings. */
  readonly table: readonly string[];
  /** Settings that say nothing about which files are taken. */
  readonly harmless: RegExp;
  /** Files that version control ignores are left out. */
  readonly usesIgnoreFile: boolean;
}

/** Backends that take all files of a package's folder (Hatch, "Build configuration"; Flit, "sdists"; Poetry, "packages"; PDM, "Build configuration"; uv, "Build backend"). */
const simpleBackends: ReadonlyMap<string, SimpleBackend> = new Map(
  Object.entries({
    hatchling: { table: ['tool', 'hatch', 'build'], harmless: /^$/, usesIgnoreFile: true },
    flit_core: {
      table: ['tool', 'flit'],
      harmless: /^(metadata|scripts|entrypoints)$/,
      usesIgnoreFile: false,
    },
    poetry: {
      table: ['tool', 'poetry'],
      harmless: /^(?!packages$|include$|exclude$|build$)/,
      usesIgnoreFile: true,
    },
    pdm: { table: ['tool', 'pdm', 'build'], harmless: /^$/, usesIgnoreFile: false },
    uv_build: { table: ['tool', 'uv', 'build-backend'], harmless: /^$/, usesIgnoreFile: false },
  }),
);

function simpleContents(one: PackageFolder, backend: SimpleBackend): PackageContents {
  const settings = backend.table.reduce<unknown>(
    (table, key) => (isTable(table) ? table[key] : undefined),
    one.pyproject,
  );
  const listed = hatchPackages(backend, settings);
  const decisive =
    listed !== undefined || !isTable(settings)
      ? undefined
      : Object.keys(settings).find((key) => !backend.harmless.test(key));
  if (decisive !== undefined)
    return { roots: [], because: `[${backend.table.join('.')}] decides what is installed (${decisive})` };
  const roots = listed ?? defaultRoots(one);
  if (roots.length === 0)
    return { roots, because: 'the folder of its modules is not found in the build context' };
  const ignored = backend.usesIgnoreFile ? ignoredFile(one, roots) : undefined;
  return {
    roots,
    because: ignored === undefined ? undefined : `.gitignore may keep ${ignored} out of what is installed`,
  };
}

/** `packages = ["src/svc"]` below `[tool.hatch.build.targets.wheel]`, where that is all that is set. */
function hatchPackages({ table }: SimpleBackend, settings: unknown): readonly string[] | undefined {
  if (table[1] !== 'hatch' || !isTable(settings) || Object.keys(settings).join() !== 'targets')
    return undefined;
  const targets = settings['targets'];
  const wheel = isTable(targets) ? targets['wheel'] : undefined;
  if (!isTable(wheel) || Object.keys(wheel).join() !== 'packages') return undefined;
  const packages = wheel['packages'];
  return Array.isArray(packages) && packages.every((path) => typeof path === 'string')
    ? packages.map((path) => posix.normalize(path).replace(/\/$/, ''))
    : undefined;
}

/** The folder or module with the project's name, below `src` or not. */
function defaultRoots({ pyproject, files }: PackageFolder): readonly string[] {
  const tables = [pyproject['project'], isTable(pyproject['tool']) ? pyproject['tool']['poetry'] : undefined];
  const named = tables
    .map((table) => (isTable(table) ? table['name'] : undefined))
    .find((name) => typeof name === 'string');
  const name = String(named ?? '').replace(/[-.]+/g, '_');
  for (const root of [`src/${name}`, name, `src/${name.toLowerCase()}`, name.toLowerCase()])
    if (files.includes(`${root}/__init__.py`)) return [root];
  return [`src/${name}.py`, `${name}.py`].filter((path) => files.includes(path)).slice(0, 1);
}

/** A file of the package that a line of `.gitignore` may mean; what it means exactly is not asked. */
function ignoredFile({ files, textOf }: PackageFolder, roots: readonly string[]): string | undefined {
  const patterns = (textOf('.gitignore') ?? '')
    .split('\n')
    .map((line) => line.trim().replace(/^[!/]+|\/+$/g, ''))
    .filter((line) => line !== '' && !line.startsWith('#'));
  return files
    .filter((path) => roots.some((root) => path === root || path.startsWith(`${root}/`)))
    .find((path) => {
      const parts = path.split('/');
      const ends = parts.map((_part, at) => parts.slice(0, at + 1).join('/'));
      return patterns.some(
        (pattern) =>
          parts.some((part) => posix.matchesGlob(part, pattern)) ||
          ends.some((end) => posix.matchesGlob(end, pattern)),
      );
    });
}

function tableOf(text: string | undefined): Table | undefined {
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch {
    // What cannot be parsed is not known.
    return undefined;
  }
}
