import type { RootFileSystem, VisibleEntry } from '../filetree/index.ts';
import type { AuditRequest } from './audit-request.ts';
import { onceADirectory } from './file-place.ts';
import { type InstalledPython, installedPython } from './installed-python.ts';
import { isInSitePackages } from './places.ts';
import { type PycVerdict, pycHeaderBytes, pycVerdict } from './pyc-header.ts';

/**
 * What a compiled module is good for: Python loads it (`used`), never looks at it (`unused`), or looks at it, rejects it and
 * compiles the module anew at every start (`stale`).
 */
export type BytecodeUse = 'used' | 'unused' | 'stale';

/** Judges one visible file; undefined for one that is no bytecode. */
export type JudgeBytecode = (file: VisibleEntry) => BytecodeUse | undefined;

// Bytecode of an empty `__init__.py` is this small: there is some everywhere, and it takes next to nothing to read.
const sampleBytes = 512;

// Before Python 3.7 the header was another.
const sample = /\/__pycache__\/__init__\.(?!cpython-3[0-6]\.)[^/]+\.pyc$/;

/** True for the few compiled modules whose content `bytecodeJudge` looks into. Have the indexer capture those. */
export function wantsBytecodeContent(path: string, sizeBytes: number): boolean {
  return (
    sizeBytes <= sampleBytes && sizeBytes >= pycHeaderBytes && path.endsWith('.pyc') && sample.test(path)
  );
}

/**
 * Prepares the judgement of compiled modules (PEP 3147, PEP 488, PEP 552; importlib's `_bootstrap_external`). Of most only the name, the
 * place and the times are known; the headers of those that were captured speak for all that came and were changed with them.
 */
export function bytecodeJudge(
  request: Pick<AuditRequest, 'root' | 'image' | 'distributions'>,
): JudgeBytecode {
  const { root } = request;
  let python: InstalledPython | undefined;
  let samples: Samples | undefined;
  const folderOf = onceADirectory(cacheFolder);
  const judge = (file: VisibleEntry, directory: string): BytecodeUse => {
    python ??= installedPython(request);
    const { path } = file.entry;
    if (!directory.endsWith('__pycache__/')) return legacyUse(path, root, python);
    const module = moduleOf(path.slice(directory.length), folderOf(directory), python);
    const source = module === undefined ? undefined : visibleFile(root, `${module}.py`);
    if (source === undefined) return 'unused';
    samples ??= samplesOf(root);
    return samples.isRejected(file, source) ? 'stale' : 'used';
  };
  const judged = new Map<string, BytecodeUse>();
  return (file) => {
    const { path, type } = file.entry;
    if (!path.includes('.pyc') || type === 'symlink' || !/\.pyc(?:\.\d+)?$/.test(path)) return undefined;
    const known = judged.get(path);
    if (known !== undefined) return known;
    const use = judge(file, path.slice(0, path.lastIndexOf('/') + 1));
    judged.set(path, use);
    return use;
  };
}

interface CacheFolder {
  /** The directory of the sources: `app/`. */
  readonly sources: string;
  /** The only version that looks into it: `python3.11`; undefined where any can. */
  readonly version: string | undefined;
  /** Tests of the project; those inside of distributions are told with their sources. */
  readonly isTestSuite: boolean;
}

function cacheFolder(directory: string): CacheFolder {
  return {
    sources: directory.slice(0, -'__pycache__/'.length),
    version: /(?:^|\/)lib\/((?:python|pypy)\d\.\d+)\//.exec(directory)?.[1],
    isTestSuite: /(?:^|\/)tests?\//.test(directory) && !isInSitePackages(directory),
  };
}

// decoder.cpython-311.opt-1.pyc, decoder.pypy310.pyc; a compilation that was cut off leaves `….pyc.140234`, pytest
// `test_x.cpython-311-pytest-8.3.2.pyc` for itself
const cached = /^(.+)\.(?:cpython-|(pypy))(\d)(\d+)(?:\.opt-(\w+))?\.pyc$/;

/** The module, without its extension, that a Python of the image would load the bytecode for; undefined where none does. */
function moduleOf(name: string, folder: CacheFolder, python: InstalledPython): string | undefined {
  const [, module, pypy, major, minor, level] = cached.exec(name) ?? [];
  if (module === undefined || python.hasOtherCacheFolder || !python.levels.has(level ?? '')) return undefined;
  const version = `${pypy ?? 'python'}${major}.${minor}`;
  const isForeign =
    folder.version === undefined
      ? python.versions.size > 0 && !python.versions.has(version)
      : folder.version !== version;
  const isTest = folder.isTestSuite && /^(?:test_.+|.+_test|conftest)$/.test(module);
  return isForeign || isTest ? undefined : `${folder.sources}${module}`;
}

function visibleFile(root: RootFileSystem, path: string): VisibleEntry | undefined {
  const found = root.get(path);
  return found?.entry.type === 'hardlink' ? (root.get(found.entry.linkTarget ?? '') ?? found) : found;
}

/** `x.pyc` beside `x.py`: only Python 2 loads it then; without the source every Python does. */
function legacyUse(path: string, root: RootFileSystem, python: InstalledPython): BytecodeUse {
  const isOfPython2 = python.hasPython2 || /(?:^|\/)lib\/python2\.\d\//.test(path);
  return isOfPython2 || root.get(path.replace(/c(?:\.\d+)?$/, '')) === undefined ? 'used' : 'unused';
}

/** The path of the source that bytecode in a `__pycache__` was made of, by its name; every other path as it is. */
export function sourcePath(path: string): string {
  if (!path.endsWith('.pyc')) return path;
  return path.replace(/__pycache__\/([^/]+?)\.(?:cpython-|pypy)\d[^/]*$/, '$1.py');
}

interface Samples {
  isRejected(file: VisibleEntry, source: VisibleEntry): boolean;
}

const fewestSamples = 3;

/** The verdicts of the headers that were captured, by file and by what came and was changed together. */
function samplesOf(root: RootFileSystem): Samples {
  const own = new Map<string, PycVerdict>();
  const groups = new Map<string, Record<PycVerdict, number>>();
  for (const file of root.entries()) {
    const { path, sizeBytes } = file.entry;
    if (!wantsBytecodeContent(path, sizeBytes)) continue;
    const [content, source] = [root.layers[file.layer]?.content(path), root.get(sourcePath(path))];
    if (content === undefined || source?.entry.type !== 'file') continue;
    const verdict = pycVerdict(path, content, source.entry);
    own.set(path, verdict);
    const group = groups.get(groupOf(file, source)) ?? { fresh: 0, hashed: 0, stale: 0 };
    group[verdict] += 1;
    groups.set(groupOf(file, source), group);
  }
  return {
    isRejected(file, source) {
      const verdict = own.get(file.entry.path);
      if (verdict !== undefined) return verdict === 'stale';
      const group = groups.get(groupOf(file, source));
      if ((group?.hashed ?? 0) > 0) return false;
      // Whoever changed a source after its compilation gave it another time than the one that the bytecode holds.
      if (isLater(source, file)) return true;
      return group !== undefined && group.fresh === 0 && group.stale >= fewestSamples;
    },
  };
}

function isLater(one: VisibleEntry, other: VisibleEntry): boolean {
  return (
    one.entry.type === 'file' && Math.floor(one.entry.mtimeSeconds) > Math.floor(other.entry.mtimeSeconds)
  );
}

/** Times that a builder sets are the same for a source and its bytecode: those of one such time were set together. */
function groupOf({ entry, layer }: VisibleEntry, source: VisibleEntry): string {
  const time = source.entry.mtimeSeconds;
  return `${layer} ${source.layer} ${time === entry.mtimeSeconds ? time : ''}`;
}
