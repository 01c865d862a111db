import { posix } from 'node:path';
import type { RootFileSystem } from '../filetree/index.ts';
import { parseCoreMetadata } from './core-metadata.ts';
import { type InstallationOrigin, readDirectUrl } from './direct-url.ts';
import { type FileClass, fileClass } from './file-class.ts';
import { modulesOf, parseEntryPoints, recordPaths } from './metadata-folder.ts';
import type { NamedRequirement } from './requirement-line.ts';

/** A Python distribution as it is installed in an image. */
export interface InstalledDistribution {
  /** Normalised after PEP 503. */
  readonly name: string;
  readonly version: string;
  /** The folder that holds it: `opt/venv/lib/python3.11/site-packages`. */
  readonly location: string;
  /** Its files that the container sees, by path from the root; bytecode of its modules included. */
  readonly files: readonly string[];
  readonly sizeBytes: number;
  readonly bytesByClass: Readonly<Partial<Record<FileClass, number>>>;
  /** Normalised names that it requires whatever the extras. */
  readonly requires: readonly string[];
  /** All that it may require, extras and markers included. */
  readonly requirements: readonly NamedRequirement[];
  /** Console scripts and plugin groups of `entry_points.txt`: `console_scripts` → [`uvicorn`]. */
  readonly entryPoints: Readonly<Record<string, readonly string[]>>;
  /** Top-level names that can be imported. */
  readonly modules: readonly string[];
  /** Installed from a folder in editable mode (`direct_url.json`). */
  readonly isEditable: boolean;
  /**
   * Taken for the application, or a part of it: installed from a folder or a repository (PEP 610), or from a wheel at hand that nothing
   * else requires. What others require is a library, though it lay in a folder of wheels; what installs others never is the application.
   */
  readonly isOwn?: true;
}

const metadataFile =
  /\.(?:dist-info|egg-info)\/(?:METADATA|PKG-INFO|RECORD|installed-files\.txt|direct_url\.json|entry_points\.txt|top_level\.txt)$/;

/** The files whose content `findDistributions` reads: the capture predicate for indexing. */
export function isPythonInventoryFile(path: string): boolean {
  return metadataFile.test(path) || /\.egg-info$/.test(path);
}

/**
 * Finds the installed distributions by their metadata (PEP 376, PEP 627). A distribution without RECORD (installed by a
 * system package manager) gets the files below its top-level modules. One with broken metadata is left out.
 */
export function findDistributions(root: RootFileSystem): readonly InstalledDistribution[] {
  const folders = new Set(root.captured().flatMap((path) => metadataFolder(path) ?? []));
  const lookups: Lookups = { unrecorded: once(() => filesByChild(root)), bytecodeOf: bytecodeFinder(root) };
  return withOwn([...folders].sort().flatMap((folder) => readDistribution(root, folder, lookups) ?? []));
}

interface FoundDistribution extends InstalledDistribution {
  readonly origin: InstallationOrigin | undefined;
}

/** Base images install them from files that they have fetched before. */
const installers: ReadonlySet<string> = new Set(['pip', 'setuptools', 'wheel', 'packaging', 'uv']);

function withOwn(found: readonly FoundDistribution[]): readonly InstalledDistribution[] {
  const required = new Set(
    found.flatMap(({ name, requirements }) =>
      requirements.flatMap((one) => (one.name === name ? [] : [one.name])),
    ),
  );
  return found.map(({ origin, ...one }) => {
    const isOwn =
      origin !== undefined && !installers.has(one.name) && (origin !== 'archive' || !required.has(one.name));
    return isOwn ? { ...one, isOwn } : one;
  });
}

/** What several distributions ask about the same root file system. */
interface Lookups {
  /** Files by the package folder or module right below site-packages; every file is looked at for it. */
  readonly unrecorded: () => ReadonlyMap<string, readonly string[]>;
  /** The bytecode files of a source file. */
  readonly bytecodeOf: (path: string) => readonly string[];
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** `x/site-packages/torch-2.3.dist-info/METADATA` → its folder; vendored metadata deeper inside is no distribution of its own. */
function metadataFolder(path: string): string | undefined {
  const match = /^(.*\/(?:site|dist)-packages\/[^/]+\.(?:dist-info|egg-info))\/(?:METADATA|PKG-INFO)$/.exec(
    path,
  );
  return match?.[1];
}

function filesByChild(root: RootFileSystem): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  for (const { entry } of root.entries()) {
    if (entry.type === 'directory') continue;
    const [key] = /^.*\/(?:site|dist)-packages\/[^/]+/.exec(entry.path) ?? [];
    if (key === undefined) continue;
    const list = children.get(key);
    if (list === undefined) children.set(key, [entry.path]);
    else list.push(entry.path);
  }
  return children;
}

function readDistribution(
  root: RootFileSystem,
  folder: string,
  lookups: Lookups,
): FoundDistribution | undefined {
  const read = (name: string): string | undefined => {
    const content = root.content(`${folder}/${name}`);
    return content === undefined ? undefined : new TextDecoder().decode(content);
  };
  const metadata = read('METADATA') ?? read('PKG-INFO');
  if (metadata === undefined) return undefined;
  const core = parseCoreMetadata(metadata);
  if (core === undefined) return undefined;
  const { name, version, requirements } = core;
  const direct = readDirectUrl(read('direct_url.json'));
  const location = posix.dirname(folder);
  const record = read('RECORD') ?? read('installed-files.txt');
  const recorded = record === undefined ? undefined : recordPaths(record);
  const modules = modulesOf({ topLevel: read('top_level.txt'), recorded, name });
  // `installed-files.txt` is relative to its own folder.
  const origin = root.content(`${folder}/RECORD`) === undefined ? folder : location;
  const listed =
    recorded === undefined
      ? filesBelow({ folder, location, modules }, lookups.unrecorded())
      : recorded.map((path) => fromRoot(path, origin));
  return {
    name,
    version,
    location,
    ...account(listed, root, lookups),
    requires: requiredNames(requirements),
    requirements,
    entryPoints: parseEntryPoints(read('entry_points.txt') ?? ''),
    modules,
    isEditable: direct?.isEditable === true,
    origin: direct?.origin,
  };
}

/** The listed files and their bytecode that the container sees, each once, with what they take up. */
function account(
  listed: readonly string[],
  root: RootFileSystem,
  { bytecodeOf }: Lookups,
): Pick<InstalledDistribution, 'files' | 'sizeBytes' | 'bytesByClass'> {
  const files = new Set<string>();
  const bytesByClass: Partial<Record<FileClass, number>> = {};
  let sum = 0;
  const add = (path: string): void => {
    const entry = files.has(path) ? undefined : root.get(path)?.entry;
    if (entry === undefined) return;
    files.add(flat(entry.path));
    const kind = fileClass(path);
    bytesByClass[kind] = (bytesByClass[kind] ?? 0) + entry.sizeBytes;
    sum += entry.sizeBytes;
  };
  for (const path of listed) {
    add(path);
    if (path.endsWith('.py')) for (const bytecode of bytecodeOf(path)) add(bytecode);
  }
  return { files: [...files], sizeBytes: sum, bytesByClass };
}

/** The same path in one piece: put together from two, it would be kept as the two of them and as the whole. */
function flat(path: string): string {
  return path.split('/').join('/');
}

function requiredNames(requirements: readonly NamedRequirement[]): string[] {
  const always = requirements.filter(({ marker }) => !/\bextra\s*[=!]=/.test(marker ?? ''));
  return [...new Set(always.map(({ name }) => name))];
}

/** From the root; a path in RECORD is relative to site-packages and may climb out of it. */
function fromRoot(path: string, location: string): string {
  if (path.startsWith('/')) return path.slice(1);
  return hasDots.test(path) ? posix.join(location, path) : `${location}/${path}`;
}

/** A path that is not in its plain form: `../../../bin/uvicorn`, `./x`, `a//b`. */
const hasDots = /(?:^|\/)\.{0,2}(?:\/|$)/;

/**
 * Finds the bytecode that was compiled for a source file without pip's knowledge: `pkg/__pycache__/mod.cpython-311.pyc` of
 * `pkg/mod.py`. Each folder is listed once.
 */
function bytecodeFinder(root: RootFileSystem): (path: string) => readonly string[] {
  const folders = new Map<string, ReadonlyMap<string, readonly string[]>>();
  return (path) => {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    let modules = folders.get(folder);
    if (modules === undefined) {
      const cache = `${folder}__pycache__`;
      const names = [...root.namesIn(cache)].filter((name) => /\.cpython-\d+\.pyc$/.test(name));
      modules = Map.groupBy(
        names.map((name) => `${cache}/${name}`),
        (bytecode) => bytecode.slice(cache.length + 1, bytecode.lastIndexOf('.cpython-')),
      );
      folders.set(folder, modules);
    }
    return modules.get(path.slice(folder.length, -'.py'.length)) ?? noFiles;
  };
}

const noFiles: readonly string[] = [];

interface Unrecorded {
  readonly folder: string;
  readonly location: string;
  readonly modules: readonly string[];
}

function filesBelow(
  { folder, location, modules }: Unrecorded,
  children: ReadonlyMap<string, readonly string[]>,
): string[] {
  const names = [posix.basename(folder), ...modules.flatMap((module) => [module, `${module}.py`])];
  return names.flatMap((name) => children.get(`${location}/${name}`) ?? []);
}
