import type { ReadAt } from './read-elf.ts';

/** Which files' contents are kept while a layer is read. */
export interface Capture {
  /** Names the rule in the cache: two rules that choose differently need different keys. */
  readonly key: string;
  /** True for a file whose content is wanted. */
  wants(path: string, sizeBytes: number): boolean;
  /** Files above this are never kept, in bytes. Default 8 MiB. */
  readonly maxBytes?: number;
  /** The most that is kept of a layer's files together, in bytes; later ones are not. Default 512 MiB. */
  readonly maxTotalBytes?: number;
  /** What is kept of further files, whose content as a whole is not wanted. */
  readonly excerpt?: Excerpt;
}

/** Something that is read out of files and kept in place of their content. Sparse files have none. */
export interface Excerpt {
  /** True for a file that it is read out of, unless `Capture.wants` has it whole. */
  wants(path: string): boolean;
  /** What is kept; undefined where the file has nothing of the kind. */
  take(read: ReadAt, sizeBytes: number): Uint8Array | undefined;
  /**
   * The most that is held of a file where a layer comes as a stream, in bytes: of a longer one its start and end, and it has no excerpt if
   * that takes more.
   */
  readonly maxHeldBytes: number;
}

/** How a layer is indexed. */
export interface IndexLayerOptions {
  readonly capture?: Capture;
  /** Where indexes are kept between runs; nothing is kept without it. */
  readonly cacheDir?: string;
  /** Part of the cache's key: change it when what is captured, or what is made of it, changes. */
  readonly analyserVersion?: string;
  /** Hash every file's content (sha256); costs about as much time again as reading. */
  readonly withHashes?: boolean;
  /**
   * Read every byte and check its digest, also where a layer lies uncompressed in a file. Without it such a layer's headers
   * are read and its files' contents are passed by: only its length is proven then, and its index is not found for the
   * same diffID in another file. Compressed layers are always verified.
   */
  readonly verifyDigests?: boolean;
  /** Called with the length of every chunk of the uncompressed layer. */
  readonly onBytes?: (sizeBytes: number) => void;
  /** The most entries that a layer may have. Default 5,000,000. */
  readonly maxEntries?: number;
  /** The most characters that its names may have together. Default 512 Mi. */
  readonly maxCharacters?: number;
  /** The most bytes of holes that are hashed in a layer; later sparse files have no hash. Default 64 GiB. */
  readonly maxHashedHoleBytes?: number;
  readonly signal?: AbortSignal;
}
