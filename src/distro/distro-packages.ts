import type { RootFileSystem } from '../filetree/index.ts';
import { isApkFile, readApk } from './apk.ts';
import { isDpkgFile, readDpkg } from './dpkg.ts';
import type { InstalledPackage } from './installed-package.ts';
import { isOsReleaseFile, type OsRelease, readOsRelease } from './os-release.ts';
import { ownerIndex, type PackageFiles } from './package-files.ts';
import { visiblePathFinder } from './visible-path.ts';

/** A package of the distribution with the files that it has in the image. */
export interface DistroPackage extends PackageFiles {
  readonly manager: 'dpkg' | 'apk';
  readonly architecture?: string;
  readonly sourceName?: string;
}

/** What the distribution's own databases say about an image. */
export interface DistroInventory {
  readonly release: OsRelease | undefined;
  /** In the order of the databases. */
  readonly packages: readonly DistroPackage[];
  /** The package that owns a visible path. */
  ownerOf(path: string): DistroPackage | undefined;
}

/** True for every file whose content `findDistroPackages` reads; have the indexer capture those. */
export function isDistroInventoryFile(path: string): boolean {
  return isDpkgFile(path) || isApkFile(path) || isOsReleaseFile(path);
}

/**
 * The distribution's packages with the visible files of each. A file that several packages list belongs to the
 * first of them, so that the packages' bytes add up; listed files that the image lacks are left out.
 */
export function findDistroPackages(root: RootFileSystem): DistroInventory {
  const findPath = visiblePathFinder(root);
  const taken = new Set<string>();
  const packages = [...readDpkg(root), ...readApk(root)].map((one) =>
    withFiles(one, { root, findPath, taken }),
  );
  return { release: readOsRelease(root), packages, ownerOf: ownerIndex(packages) };
}

interface Lookup {
  readonly root: RootFileSystem;
  readonly findPath: (listed: string) => string | undefined;
  readonly taken: Set<string>;
}

function withFiles({ listed, ...facts }: InstalledPackage, lookup: Lookup): DistroPackage {
  const files: string[] = [];
  let sizeBytes = 0;
  // A list names a directory before what is in it; under a merged /usr `lib` is shown as a symlink.
  const folders = new Set(listed.map((path) => path.slice(0, Math.max(0, path.lastIndexOf('/')))));
  for (const one of listed) {
    if (folders.has(one)) continue;
    const path = lookup.findPath(one);
    if (path === undefined || lookup.taken.has(path)) continue;
    const entry = lookup.root.get(path)?.entry;
    if (entry === undefined || entry.type === 'directory') continue;
    lookup.taken.add(path);
    files.push(path);
    sizeBytes += entry.sizeBytes;
  }
  return { ...facts, files, sizeBytes };
}
