export {
  type DistroInventory,
  type DistroPackage,
  type DistroPackagesOptions,
  distroInventoryLimitBytes,
  findDistroPackages,
  isDistroInventoryFile,
} from './distro-packages.ts';
export { isDocumentationPlace, isLegalName } from './documentation-places.ts';
export { type AlternativeGroup, formatAlternatives, parseAlternatives } from './dpkg-alternatives.ts';
export { type DpkgNode, readDpkgGraph } from './dpkg-graph.ts';
export type { UnreadableDatabase } from './installed-package.ts';
export type { OsRelease } from './os-release.ts';
export { type CacheOwnerOf, packageCaches } from './package-caches.ts';
export { ownerIndex, type PackageFiles } from './package-files.ts';
export { visiblePathFinder } from './visible-path.ts';
