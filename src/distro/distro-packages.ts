import type { RootFileSystem } from '../filetree/index.ts';
import { isApkFile, readApk } from './apk.ts';
import { isCondaFile, readConda } from './conda.ts';
import { isDpkgFile, readDpkg } from './dpkg.ts';
import type { InstalledPackage, UnreadableDatabase } from './installed-package.ts';
import { isOsReleaseFile, type OsRelease, readOsRelease } from './os-release.ts';
import { ownerIndex, type PackageFiles } from './package-files.ts';
import { packageSource } from './package-source.ts';
import { isRpmFile, readRpm } from './rpm/read-rpm.ts';
import { visiblePathFinder } from './visible-path.ts';

/** A package of the distribution, or of Conda, with the files that it has in the image. */
export interface DistroPackage extends PackageFiles, Omit<InstalledPackage, 'listed'> {}

/** What the package databases of an image say about it. */
export interface DistroInventory {
  readonly release: OsRelease | undefined;
  /** In the order of the databases: dpkg, apk, rpm, Conda. */
  readonly packages: readonly DistroPackage[];
  /** What is in the image and could not be read: where this is not empty, packages or files of packages may be missing. */
  readonly unreadable: readonly UnreadableDatabase[];
  /** The package that owns a visible path. */
  ownerOf(path: string): DistroPackage | undefined;
  /** The Conda package that lists the metadata of a Python distribution, which owns its files: `…/pytest-8.0.dist-info/METADATA`. */
  condaPackageOf(path: string): DistroPackage | undefined;
}

/** How files find their owner. */
export interface DistroPackagesOptions {
  /**
   * True for the files of Python distributions. Conda packages that list them, too, leave those to the distribution, so that
   * Conda packages and distributions add up; they keep the rest.
   */
  readonly isOfDistribution?: (path: string) => boolean;
}

/** The most that a file of `isDistroInventoryFile` is worth being captured, in bytes: ordinary rpm databases have 5 to 40 MB. */
export const distroInventoryLimitBytes: number = 128 * 1024 * 1024;

/** True for every file whose content `findDistroPackages` reads; have the indexer capture those. */
export function isDistroInventoryFile(path: string): boolean {
  return isDpkgFile(path) || isApkFile(path) || isRpmFile(path) || isCondaFile(path) || isOsReleaseFile(path);
}

/**
 * The distribution's and Conda's packages with the visible files of each. A file that several packages list belongs to the
 * first of them, so that the packages' bytes add up; listed files that the image lacks are left out. A damaged database is
 * told in `unreadable`, with the packages that could be read all the same.
 */
export function findDistroPackages(
  root: RootFileSystem,
  options: DistroPackagesOptions = {},
): DistroInventory {
  const unreadable: UnreadableDatabase[] = [];
  const source = packageSource(root, isDistroInventoryFile, unreadable);
  const lookup: Lookup = { root, findPath: visiblePathFinder(root), taken: new Set() };
  const fromDistro = [...readDpkg(source), ...readApk(source), ...readRpm(source)];
  const packages = fromDistro.map((one) => withFiles(one, lookup));
  const isFree = (path: string): boolean => options.isOfDistribution?.(path) !== true;
  const records = new Map<string, DistroPackage>();
  for (const one of readConda(source)) {
    const found = withFiles(one, { ...lookup, isFree });
    packages.push(found);
    for (const path of one.listed) if (metadata.test(path)) records.set(path, found);
  }
  const condaPackageOf = (path: string): DistroPackage | undefined => records.get(path);
  return {
    release: readOsRelease(root),
    packages,
    unreadable,
    ownerOf: ownerIndex(packages),
    condaPackageOf,
  };
}

/** Names a distribution (Core metadata specifications). */
const metadata = /\.(?:dist-info\/METADATA|egg-info\/PKG-INFO)$/;

interface Lookup {
  readonly root: RootFileSystem;
  readonly findPath: (listed: string) => string | undefined;
  readonly taken: Set<string>;
  readonly isFree?: (path: string) => boolean;
}

function withFiles({ listed, ...facts }: InstalledPackage, lookup: Lookup): DistroPackage {
  const files: string[] = [];
  let sizeBytes = 0;
  // A list names a directory before what is in it; under a merged /usr `lib` is shown as a symlink.
  const folders = foldersOf(listed);
  for (const one of listed) {
    if (folders.has(one)) continue;
    const path = lookup.findPath(one);
    if (path === undefined || lookup.taken.has(path) || lookup.isFree?.(path) === false) continue;
    const entry = lookup.root.get(path)?.entry;
    if (entry === undefined || entry.type === 'directory') continue;
    lookup.taken.add(path);
    // The entry's own text: whoever looks its owner up later compares it with itself.
    files.push(entry.path);
    sizeBytes += entry.sizeBytes;
  }
  return { ...facts, files, sizeBytes };
}

function foldersOf(listed: readonly string[]): ReadonlySet<string> {
  const folders = new Set<string>();
  let last: string | undefined;
  for (const path of listed) {
    const length = Math.max(0, path.lastIndexOf('/'));
    if (length === last?.length && path.startsWith(last)) continue;
    last = path.slice(0, length);
    folders.add(last);
  }
  return folders;
}
