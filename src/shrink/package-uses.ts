import { posix } from 'node:path';
import { type DpkgNode, isDocumentationPlace } from '../distro/index.ts';
import { followLinks } from '../filetree/index.ts';
import { systemNeedsOf } from '../python/index.ts';
import type { PackageFilesOf } from './dpkg-files.ts';
import { loadedFiles } from './loaded-files.ts';
import { ownLibrary } from './own-library.ts';
import type { ShrinkSubject } from './pass.ts';
import { isTestFile } from './python-uses.ts';
import { startedPrograms } from './started-programs.ts';

type Uses = Map<DpkgNode, { readonly by: DpkgNode | undefined; readonly because: string }[]>;

/**
 * What speaks for packages besides dpkg's graph: libraries that files are linked with or load by name, interpreters of scripts,
 * programs that the image, the application or a distribution starts.
 */
export function packageUses(
  subject: ShrinkSubject,
  candidates: ReadonlySet<DpkgNode>,
  filesOf: PackageFilesOf,
): Uses {
  const { root, study } = subject;
  const owners = new Map(
    [...candidates].flatMap((node) => [...filesOf(node).own].map((path) => [path, node] as const)),
  );
  const uses: Uses = new Map([...candidates].map((node) => [node, []]));
  const add = (node: DpkgNode | undefined, path: string, what: string): void => {
    const by = owners.get(path);
    if (node !== undefined && node !== by) uses.get(node)?.push({ by, because: `${path} ${what}` });
  };
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
  const isLoaded = loadedFiles(subject);
  const versioned = new Map<string, Set<string>>();
  for (const [name, paths] of study.loadedLibraries) {
    const bare = name.replace(/\.so(?:\.\d+)+$/, '.so');
    if (bare !== name) versioned.set(bare, new Set([...(versioned.get(bare) ?? []), ...paths]));
  }
  for (const [name, paths] of study.loadedLibraries) {
    // `find_library("magic")` finds `libmagic.so.1`.
    const isBare = !name.includes('.so');
    const found = isBare ? [...libraries.keys()].filter((one) => one.startsWith(`lib${name}.so.`)) : [name];
    // Who tries several versions is content with any; the name without one comes with the headers.
    const isOneOf = (path: string): boolean =>
      name.endsWith('.so') && versioned.get(name)?.has(path) === true;
    for (const library of found)
      for (const path of paths.filter((one) => !isOneOf(one)))
        if (!path.endsWith('.py') || (isLoaded(path) && !isTestFile(path)))
          addLibrary(library, path, 'loads');
  }
  for (const { path, interpreter } of study.programSources) {
    if (isDocumentationPlace(path)) continue;
    for (const word of interpreter ?? []) {
      const program = programAt(word, subject);
      if (program !== undefined) add(owners.get(program), path, `is a script for ${word}`);
    }
  }
  for (const [name, by] of startedPrograms(subject)) addProgram(name, `${by} ${name}`);
  for (const { name } of subject.distributions) {
    const needs = systemNeedsOf(name, 'bookworm');
    for (const { program } of needs?.programs ?? []) addProgram(program, `${name} starts ${program}`);
  }
  return uses;

  function addProgram(name: string, because: string): void {
    for (const folder of programFolders) {
      const place = `${folder}/${name}`;
      const path = followLinks(root, place)?.entry.path;
      for (const node of [owners.get(path ?? ''), owners.get(filesOf.visible(place) ?? '')])
        if (node !== undefined) uses.get(node)?.push({ by: undefined, because });
    }
  }
}

const programFolders = ['usr/local/bin', 'usr/bin', 'bin', 'usr/local/sbin', 'usr/sbin', 'sbin'];

/** The file behind `/usr/bin/perl`, or `perl` of `env perl`. */
function programAt(word: string, { root }: ShrinkSubject): string | undefined {
  const places = word.startsWith('/') ? [word.slice(1)] : programFolders.map((folder) => `${folder}/${word}`);
  return places.map((place) => followLinks(root, place)?.entry.path).find((path) => path !== undefined);
}
