export {
  type DistroInventory,
  type DistroPackage,
  type DistroPackagesOptions,
  distroInventoryLimitBytes,
  findDistroPackages,
  isDistroInventoryFile,
} from './distro-packages.ts';
export type { UnreadableDatabase } from './installed-package.ts';
export type { OsRelease } from './os-release.ts';
export { ownerIndex, type PackageFiles } from './package-files.ts';
