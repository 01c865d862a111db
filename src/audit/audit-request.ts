import type { DistroInventory, PackageFiles } from '../distro/index.ts';
import type { DuplicateGroup, RootFileSystem } from '../filetree/index.ts';
import type { Image, Layer } from '../image/index.ts';

/** A Python distribution as an audit looks at it. */
export interface AuditDistribution extends PackageFiles {
  /** The folder that holds it: `opt/venv/lib/python3.11/site-packages`. */
  readonly location?: string;
  /** Normalised names that it requires whatever the extras. */
  readonly requires?: readonly string[];
  /** Console scripts and plugin groups: `console_scripts` → [`uvicorn`]. */
  readonly entryPoints?: Readonly<Record<string, readonly string[]>>;
}

/** What a layer that is stored uncompressed takes up as a gzip blob. */
export interface LayerCompression {
  readonly sizeBytes: number;
  /** Worked out from samples of the layer. */
  readonly isEstimated: boolean;
}

/** What an audit works on; everything is read already. */
export interface AuditRequest {
  readonly image: Pick<Image, 'name' | 'digest' | 'platform' | 'config' | 'layers'>;
  readonly root: RootFileSystem;
  readonly inventory: DistroInventory;
  /** The Python distributions installed in the root file system, with visible paths. */
  readonly distributions: readonly AuditDistribution[];
  /** Visible files of equal content, where they were compared. */
  readonly duplicates?: readonly DuplicateGroup[];
  /** How many of the lowest layers are the base image's, where the caller knows; found out otherwise. */
  readonly baseLayerCount?: number;
  /** The uncompressed layers' digests of the base image, lowest first, where the caller has it at hand. */
  readonly baseDiffIds?: readonly string[];
  /** What the caller calls the base image. */
  readonly baseName?: string;
  /** What the layers take up as gzip blobs, lowest first, where they are stored uncompressed and somebody knows. */
  readonly compressed?: readonly (LayerCompression | undefined)[];
  /** Foreign layers whose bytes the source does not hold: they count as empty, and the audit says so. */
  readonly absentLayers?: readonly Pick<Layer, 'diffId' | 'urls'>[];
  /** What the image will run on, where its user said so; otherwise the image's own signs decide. */
  readonly target?: 'cpu' | 'gpu';
}
