import { posix } from 'node:path';
import { type DpkgNode, isDocumentationPlace } from '../distro/index.ts';
import { followLinks, ownLibrary } from '../filetree/index.ts';
import { systemNeedsOf } from '../python/index.ts';
import type { PackageFilesOf } from './dpkg-files.ts';
import { loadedFiles } from './loaded-files.ts';
import type { ShrinkSubject } from './pass.ts';
import { isTestFile } from './python-uses.ts';
import { startedPrograms } from './started-programs.ts';

/** What speaks for a package: a package that counts if it stays itself, undefined for what always does, and the reason. */
type PackageUses = Map<DpkgNode, { readonly by: DpkgNode | undefined; readonly because: string }[]>;

/** Candidates by what they own, and where uses of them are noted. */
interface UseNotes {
  readonly subject: ShrinkSubject;
  readonly owners: ReadonlyMap<string, DpkgNode>;
  /** Notes that a file (of a candidate, or of anything else) needs a package; the package's own files do not count. */
  add(node: DpkgNode | undefined, path: string, what: string): void;
}

/**
 * What speaks for packages besides dpkg's graph: libraries that files are linked with or load by name, interpreters of scripts,
 * programs that the image, the application or a distribution starts.
 */
export function packageUses(
  subject: ShrinkSubject,
  candidates: ReadonlySet<DpkgNode>,
  filesOf: PackageFilesOf,
): PackageUses {
  const owners = new Map(
    [...candidates].flatMap((node) => [...filesOf(node).own].map((path) => [path, node] as const)),
  );
  const uses: PackageUses = new Map([...candidates].map((node) => [node, []]));
  const notes: UseNotes = {
    subject,
    owners,
    add(node, path, what) {
      const by = owners.get(path);
      if (node !== undefined && node !== by) uses.get(node)?.push({ by, because: `${path} ${what}` });
    },
  };
  addLibraries(notes);
  addInterpreters(notes);
  for (const [name, because] of programsOf(subject)) {
    for (const place of programFolders.map((folder) => `${folder}/${name}`)) {
      const found = [followLinks(subject.root, place)?.entry.path, filesOf.visible(place)];
      for (const node of found.map((path) => owners.get(path ?? '')))
        if (node !== undefined) uses.get(node)?.push({ by: undefined, because });
    }
  }
  return uses;
}

function addLibraries({ subject, owners, add }: UseNotes): void {
  const { root, study } = subject;
  const libraries = Map.groupBy(
    [...owners].filter(([path]) => /\.so(?:\.\d+)*$/.test(path)),
    ([path]) => posix.basename(path),
  );
  // What a wheel finds in its own folders it does not need of the system.
  const addLibrary = (name: string, path: string, what: string): void => {
    const own = ownLibrary(root, { path, name, folders: study.elf.get(path)?.folders });
    if (own !== undefined && !owners.has(own)) return;
    for (const [, node] of libraries.get(name) ?? []) add(node, path, `${what} ${name}`);
  };
  for (const [path, { needed }] of study.elf)
    for (const name of needed) addLibrary(name, path, 'is linked with');
  for (const [name, paths] of loadedNames(subject)) {
    // `find_library("magic")` finds `libmagic.so.1`.
    const found = name.includes('.so')
      ? [name]
      : [...libraries.keys()].filter((one) => one.startsWith(`lib${name}.so.`));
    for (const library of found) for (const path of paths) addLibrary(library, path, 'loads');
  }
}

/** The libraries that files load by name, with the files that may be loaded themselves. */
function* loadedNames(subject: ShrinkSubject): Generator<readonly [string, readonly string[]]> {
  const { loadedLibraries } = subject.study;
  const isLoaded = loadedFiles(subject);
  const versioned = new Map<string, Set<string>>();
  for (const [name, paths] of loadedLibraries) {
    const bare = name.replace(/\.so(?:\.\d+)+$/, '.so');
    if (bare !== name) versioned.set(bare, new Set([...(versioned.get(bare) ?? []), ...paths]));
  }
  for (const [name, paths] of loadedLibraries) {
    const users = paths.filter((path) => !path.endsWith('.py') || (isLoaded(path) && !isTestFile(path)));
    // Who tries several versions is content with any; the name without one comes with the headers.
    yield [name, users.filter((path) => versioned.get(name)?.has(path) !== true)];
  }
}

function addInterpreters({ subject, owners, add }: UseNotes): void {
  for (const { path, interpreter = [] } of subject.study.programSources) {
    if (isDocumentationPlace(path)) continue;
    for (const word of interpreter) {
      const program = programAt(word, subject);
      if (program !== undefined) add(owners.get(program), path, `is a script for ${word}`);
    }
  }
}

const programFolders = ['usr/local/bin', 'usr/bin', 'bin', 'usr/local/sbin', 'usr/sbin', 'sbin'];

/** The file behind `/usr/bin/perl`, or `perl` of `env perl`. */
function programAt(word: string, { root }: ShrinkSubject): string | undefined {
  const places = word.startsWith('/') ? [word.slice(1)] : programFolders.map((folder) => `${folder}/${word}`);
  return places.map((place) => followLinks(root, place)?.entry.path).find((path) => path !== undefined);
}

/** The programs that the image, its application, and distributions that are known for it start, each with the reason. */
function* programsOf(subject: ShrinkSubject): Generator<readonly [string, string]> {
  for (const [name, by] of startedPrograms(subject)) yield [name, `${by} ${name}`];
  for (const { name } of subject.distributions) {
    // The programs are the same in every suite.
    for (const { program } of systemNeedsOf(name, 'bookworm')?.programs ?? [])
      yield [program, `${name} starts ${program}`];
  }
}
