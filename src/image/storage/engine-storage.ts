/** The storage formats that layers are read from: Docker's `overlay2`, and `overlay` of Podman and Buildah. */
export type StorageKind = 'docker-overlay2' | 'containers-overlay';

/** Where an engine on this machine keeps its images, as the engine itself tells. Nothing is ever written there. */
export interface EngineStorage {
  readonly kind: StorageKind;
  readonly root: string;
}

/** An image as it lies in a storage: what is read of it before its layers. */
export interface StorageImage {
  /** The configuration, byte for byte. */
  readonly config: Buffer;
  /** Lowest first. */
  readonly layers: readonly StorageLayer[];
}

/** Where the parts of a layer are. */
export interface StorageLayer {
  readonly diffId: string;
  /** The tar without its contents, as a gzipped tar-split file. */
  readonly splitPath: string;
  /** What the contents lie below: a folder, and the way from there. */
  readonly root: string;
  readonly prefix: readonly string[];
}

/** A storage that does not hold what its format promises: the engine is to be asked. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}
