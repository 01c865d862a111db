import { posix } from 'node:path';
import type { PythonImport, PythonSource, PythonSources } from './import-scan.ts';
import { isStandardLibrary } from './knowledge/standard-library.ts';

/** A place that imports something. */
export interface ImportSite {
  readonly source: PythonSource;
  readonly import: PythonImport;
}

/** Finds the project's own files behind imported names. */
interface LocalModules {
  /** The files that running this import executes: the packages on the way and the module; empty for a foreign module. */
  filesOf(from: PythonSource, found: PythonImport): readonly PythonSource[];
  /** The file of an entry as people write it: `app.main`, `app/main.py`, `app.main:app`. */
  entry(name: string): PythonSource | undefined;
}

/**
 * Looks names up as Python would with any folder above the importing file (and `src` there) on `sys.path`, and with the packages that may
 * be installed: which one it is depends on WORKDIR and COPY, so every possible file counts.
 */
function localModules(sources: PythonSources): LocalModules {
  const byPath = new Map(sources.files.map((file) => [file.path, file]));
  const under = (root: string, dotted: string): PythonSource[] => {
    const found: PythonSource[] = [];
    const steps = dotted === '' ? [] : dotted.split('.');
    for (let length = 1; length <= steps.length; length += 1) {
      const path = posix.join(root, ...steps.slice(0, length));
      const file = byPath.get(`${path}/__init__.py`) ?? byPath.get(`${path}.py`);
      if (file) found.push(file);
    }
    return found;
  };
  const hasModule = (root: string, dotted: string): boolean => {
    const first = posix.join(root, dotted.split('.')[0] ?? '');
    return byPath.has(`${first}.py`) || sources.files.some((file) => file.path.startsWith(`${first}/`));
  };
  const roots = rootsOf(sources);
  const packages = new Set(sources.packageFolders);
  return {
    filesOf(from, found) {
      if (found.module === '' && !found.isRelative) return [];
      const dotted = [
        found.module,
        ...found.names.filter((name) => name !== '*').map((name) => join(found.module, name)),
      ];
      const folders = found.isRelative
        ? ['.']
        : roots.filter((root) => packages.has(root) || isAbove(root, from.path));
      const files = folders
        .filter((root) => found.isRelative || hasModule(root, found.module))
        .flatMap((root) => dotted.flatMap((name) => under(root, name)));
      return [...new Set(files)];
    },
    entry(name) {
      const bare = posix.normalize(name.replace(/:.*$/, ''));
      const direct = byPath.get(bare);
      if (direct || bare.endsWith('.py')) return direct;
      const path = bare.replaceAll('.', '/');
      return roots
        .map((root) => posix.join(root, path))
        .map(
          (at) =>
            byPath.get(`${at}.py`) ?? byPath.get(`${at}/__main__.py`) ?? byPath.get(`${at}/__init__.py`),
        )
        .find((file) => file !== undefined);
    },
  };
}

function join(module: string, name: string): string {
  return module === '' ? name : `${module}.${name}`;
}

function rootsOf(sources: PythonSources): readonly string[] {
  const folders = new Set(['.']);
  for (const file of sources.files) {
    for (let at = posix.dirname(file.path); at !== '.' && at !== '/'; at = posix.dirname(at)) folders.add(at);
  }
  return [...folders].sort((a, b) => a.length - b.length);
}

function isAbove(root: string, path: string): boolean {
  return root === '.' || path.startsWith(`${root}/`) || posix.basename(root) === 'src';
}

/**
 * The files that run when the entries do: entry modules and everything they import, lazily and conditionally too;
 * imports for type checking do not count. Entries that name no file are ignored.
 */
export function reachableFrom(sources: PythonSources, entries: readonly string[]): readonly PythonSource[] {
  const modules = localModules(sources);
  const waiting = entries.flatMap((name) => modules.entry(name) ?? []);
  const reached = new Set<PythonSource>();
  for (let file = waiting.pop(); file; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    for (const found of file.imports) {
      if (found.moment !== 'type-checking') waiting.push(...modules.filesOf(file, found));
    }
  }
  return sources.files.filter((file) => reached.has(file));
}

/**
 * Those of the files that others of them import, and only where the import may fail: the program does without such a file, and without
 * what it needs in its turn. What the container starts (`entries`, as for `reachableFrom`) is none of them.
 *
 *     try:
 *         from .json_mixin import JSONCommands
 *     except ImportError: …
 */
export function optionalFiles(
  sources: PythonSources,
  files: ReadonlySet<PythonSource>,
  entries: readonly string[] = [],
): ReadonlySet<PythonSource> {
  const modules = localModules(sources);
  const started = new Set(entries.flatMap((name) => modules.entry(name) ?? []));
  const importers = new Map<PythonSource, { readonly by: PythonSource; readonly isOptional: boolean }[]>();
  for (const by of files) {
    for (const found of by.imports) {
      if (found.moment === 'type-checking') continue;
      for (const file of modules.filesOf(by, found)) {
        // A package that its own modules import is there already.
        if (file === by || started.has(file) || isPackageOf(file, by)) continue;
        importers.set(file, [...(importers.get(file) ?? []), { by, isOptional: found.isOptional }]);
      }
    }
  }
  const optional = new Set<PythonSource>();
  for (let before = -1; before !== optional.size; ) {
    before = optional.size;
    for (const [file, all] of importers)
      if (all.every(({ by, isOptional }) => isOptional || optional.has(by))) optional.add(file);
  }
  return optional;
}

function isPackageOf({ path }: PythonSource, inside: PythonSource): boolean {
  return posix.basename(path) === '__init__.py' && inside.path.startsWith(`${posix.dirname(path)}/`);
}

/**
 * Who imports which foreign top-level module (`sklearn`, `google.cloud` as `google`): neither the standard library's
 * nor the project's own. Imports for type checking are left out.
 */
export function foreignImports(
  sources: PythonSources,
  files: readonly PythonSource[] = sources.files,
): ReadonlyMap<string, readonly ImportSite[]> {
  const modules = localModules(sources);
  const sites = new Map<string, ImportSite[]>();
  for (const source of files) {
    for (const found of source.imports) {
      const top = found.module.split('.')[0] ?? '';
      if (top === '' || found.isRelative || found.moment === 'type-checking' || isStandardLibrary(top))
        continue;
      if (modules.filesOf(source, found).length > 0) continue;
      sites.set(top, [...(sites.get(top) ?? []), { source, import: found }]);
    }
  }
  return new Map([...sites].sort(([a], [b]) => (a < b ? -1 : 1)));
}
