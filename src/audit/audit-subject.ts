import type { DistroInventory, DistroPackage, PackageFiles } from '../distro/index.ts';
import { ownerIndex } from '../distro/index.ts';
import type { RootFileSystem } from '../filetree/index.ts';
import type { FindingOwner } from '../finding/index.ts';
import type { Image } from '../image/index.ts';

/** What an audit works on; everything is read already. */
export interface AuditRequest {
  readonly image: Pick<Image, 'name' | 'digest' | 'platform' | 'config' | 'layers'>;
  readonly root: RootFileSystem;
  readonly inventory: DistroInventory;
  /** The Python distributions installed in the root file system, with visible paths. */
  readonly distributions: readonly PackageFiles[];
  /** How many of the lowest layers are the base image's; undefined when nobody knows. */
  readonly baseLayerCount?: number;
  /** What the image will run on, where its user said so; otherwise the image's own signs decide. */
  readonly target?: 'cpu' | 'gpu';
}

/** A request with what several detectors ask for. */
export interface AuditSubject extends AuditRequest {
  /** Who owns a visible path; a Python distribution before a system package. */
  distributionOf(path: string): PackageFiles | undefined;
  packageOf(path: string): DistroPackage | undefined;
  ownerOf(path: string): FindingOwner | undefined;
  instructionOf(layer: number): string | undefined;
}

/** Prepares the look-ups of an audit. */
export function auditSubject(request: AuditRequest): AuditSubject {
  const distributionOf = ownerIndex(request.distributions);
  const packageOf = (path: string): DistroPackage | undefined => request.inventory.ownerOf(path);
  return {
    ...request,
    distributionOf,
    packageOf,
    ownerOf(path) {
      const distribution = distributionOf(path);
      if (distribution !== undefined) {
        return { kind: 'distribution', name: distribution.name, version: distribution.version };
      }
      const owner = packageOf(path);
      return owner === undefined
        ? undefined
        : { kind: owner.manager, name: owner.name, version: owner.version };
    },
    instructionOf: (layer) => request.image.layers[layer]?.createdBy,
  };
}

/** True where site-packages or dist-packages hold the path: it belongs to Python's installed code. */
export function isInSitePackages(path: string): boolean {
  return /(?:^|\/)(?:site|dist)-packages\//.test(path);
}
