import { posix } from 'node:path';
import type { RootFileSystem } from '../filetree/index.ts';
import { type FileClass, fileClass } from './file-class.ts';
import { normaliseName, parseNamedRequirement } from './requirement-line.ts';

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
  /** Console scripts and plugin groups of `entry_points.txt`: `console_scripts` → [`uvicorn`]. */
  readonly entryPoints: Readonly<Record<string, readonly string[]>>;
  /** Top-level names that can be imported. */
  readonly modules: readonly string[];
  /** Installed from a folder in editable mode (`direct_url.json`). */
  readonly isEditable: boolean;
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
  return [...folders].sort().flatMap((folder) => readDistribution(root, folder, lookups) ?? []);
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
): InstalledDistribution | undefined {
  const read = (name: string): string | undefined => {
    const content = root.content(`${folder}/${name}`);
    return content === undefined ? undefined : new TextDecoder().decode(content);
  };
  const metadata = read('METADATA') ?? read('PKG-INFO');
  if (metadata === undefined) return undefined;
  const headers = metadataHeaders(metadata);
  const [name] = headers.get('name') ?? [];
  const [version] = headers.get('version') ?? [];
  if (name === undefined || version === undefined) return undefined;
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
    name: normaliseName(name),
    version,
    location,
    ...account(listed, root, lookups),
    requires: requiredNames(headers.get('requires-dist') ?? []),
    entryPoints: parseEntryPoints(read('entry_points.txt') ?? ''),
    modules,
    isEditable: /"editable"\s*:\s*true/.test(read('direct_url.json') ?? ''),
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
    const sizeBytes = files.has(path) ? undefined : root.sizeOf(path);
    if (sizeBytes === undefined) return;
    files.add(path);
    const kind = fileClass(path);
    bytesByClass[kind] = (bytesByClass[kind] ?? 0) + sizeBytes;
    sum += sizeBytes;
  };
  for (const path of listed) {
    add(path);
    if (path.endsWith('.py')) for (const bytecode of bytecodeOf(path)) add(bytecode);
  }
  return { files: [...files], sizeBytes: sum, bytesByClass };
}

/** The header block of a METADATA file (core metadata, an e-mail message): field name in lower case → values. */
function metadataHeaders(text: string): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  const end = text.search(/\r?\n\r?\n/);
  for (const line of (end === -1 ? text : text.slice(0, end)).split(/\r?\n/)) {
    if (line === '') break;
    const match = /^([A-Za-z][\w-]*):\s*(.*)$/.exec(line);
    if (match === null) continue;
    const key = (match[1] ?? '').toLowerCase();
    headers.set(key, [...(headers.get(key) ?? []), match[2] ?? '']);
  }
  return headers;
}

function requiredNames(requirements: readonly string[]): string[] {
  return [
    ...new Set(
      requirements.flatMap((text) => {
        const parsed = parseNamedRequirement(text);
        return 'name' in parsed && !/\bextra\s*[=!]=/.test(parsed.marker ?? '') ? [parsed.name] : [];
      }),
    ),
  ];
}

/** RECORD is CSV: `torch/__init__.py,sha256=…,1234`; a path with a comma is quoted. The paths as they stand there. */
function recordPaths(record: string): string[] {
  const paths: string[] = [];
  for (let start = 0, end = 0; start < record.length; start = end + 1) {
    end = record.indexOf('\n', start);
    if (end === -1) end = record.length;
    const path = recordPath(record, start, record.charAt(end - 1) === '\r' ? end - 1 : end);
    if (path !== '') paths.push(path);
  }
  return paths;
}

/** From the root; a path in RECORD is relative to site-packages and may climb out of it. */
function fromRoot(path: string, location: string): string {
  if (path.startsWith('/')) return path.slice(1);
  return hasDots.test(path) ? posix.join(location, path) : `${location}/${path}`;
}

/** The first field of the line from `start` to `end`; no pattern, as an image has 100,000 such lines. */
function recordPath(record: string, start: number, end: number): string {
  if (record.startsWith('"', start)) {
    const quoted = /^"((?:[^"]|"")*)"/.exec(record.slice(start, end));
    if (quoted !== null) return (quoted[1] ?? '').replaceAll('""', '"');
  }
  const comma = record.indexOf(',', start);
  return comma === -1 || comma > end ? record.slice(start, end) : record.slice(start, comma);
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

function modulesOf({
  topLevel,
  recorded,
  name,
}: {
  readonly topLevel: string | undefined;
  readonly recorded: readonly string[] | undefined;
  readonly name: string;
}): string[] {
  const named = (topLevel ?? '').split(/\s+/).filter((word) => word !== '');
  if (named.length > 0) return named;
  const found = new Set<string>();
  for (const path of recorded ?? []) {
    const slash = path.indexOf('/');
    if (slash !== -1 && found.has(path.slice(0, slash))) continue;
    const folder = /^([A-Za-z_]\w*)\/(?:.*\.(?:py|so|pyd))$/.exec(path)?.[1];
    const module = folder ?? /^([A-Za-z_]\w*)(?:\.py|\.(?:cpython|abi3)[^/]*\.so)$/.exec(path)?.[1];
    if (module !== undefined) found.add(module);
  }
  return found.size > 0 ? [...found] : [name.replaceAll(/[-.]/g, '_')];
}

/** entry_points.txt is an INI file: `[console_scripts]` then `uvicorn = uvicorn.main:main`. */
function parseEntryPoints(text: string): Record<string, string[]> {
  const groups: Record<string, string[]> = {};
  let group: string[] | undefined;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\[([^\]]+)\]/.exec(line.trim())?.[1];
    if (header !== undefined) group = groups[header.trim()] ??= [];
    else if (group !== undefined && line.includes('=')) group.push((line.split('=')[0] ?? '').trim());
  }
  return groups;
}
