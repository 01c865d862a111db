export {
  type DistroInventory,
  type DistroPackage,
  findDistroPackages,
  isDistroInventoryFile,
} from './distro-packages.ts';
export type { OsRelease } from './os-release.ts';
export { ownerIndex, type PackageFiles } from './package-files.ts';
