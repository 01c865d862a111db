/** The types that a layer's tar can hold; a whiteout is an entry that hides, not content. */
export type EntryType =
  | 'file'
  | 'directory'
  | 'symlink'
  | 'hardlink'
  | 'character-device'
  | 'block-device'
  | 'fifo'
  | 'whiteout'
  | 'opaque-whiteout';

/** What a file is by its first bytes. */
export type FileFormat =
  | 'elf'
  | 'core-dump'
  | 'zip'
  | 'gzip'
  | 'zstd'
  | 'xz'
  | 'bzip2'
  | 'pickle'
  | 'torch-zip'
  | 'safetensors'
  | 'gguf'
  | 'hdf5'
  | 'parquet'
  | 'sqlite'
  | 'numpy';

/**
 * One entry of one layer. Paths are relative to the root, without a leading or trailing slash:
 * `usr/bin/python3`. A whiteout's path is that of what it hides (`.wh.` taken off); an opaque one's is its directory.
 */
export interface LayerEntry {
  readonly path: string;
  readonly type: EntryType;
  /** Bytes of content that this layer stores (0 for links and directories; stored bytes of a sparse file). */
  readonly sizeBytes: number;
  /** Permission bits with setuid, setgid and sticky: 0o7777 at most. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtimeSeconds: number;
  /** Target of a link: as stored for a symlink, a normalised path for a hard link. */
  readonly linkTarget?: string;
  /** Major and minor number of a device: `8:1`. */
  readonly device?: string;
  /** Extended attributes by name, `security.capability` among them: in hex, a value over 64 bytes as its `sha256:…`. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Length of a sparse file with its holes. */
  readonly realBytes?: number;
  /** The sha256 of the content (hex), where hashing was asked for. */
  readonly contentHash?: string;
  /** For files of at least 64 KiB: hex digest of the length and of blocks spread over the content; differs when the content differs in any of them. */
  readonly fingerprint?: string;
  /** For files of at least 64 KiB whose first bytes are known. */
  readonly format?: FileFormat;
  /** For ELF files of at least 64 KiB: the bytes that `strip --strip-unneeded` takes off, from the section headers; 0 for a stripped one. */
  readonly strippableBytes?: number;
}

/** The entries of one layer in the order of the tar, in compact columns; `entry(i)` makes an object on demand. */
export interface LayerIndex {
  readonly diffId: string;
  /** Length of the uncompressed tar stream, headers and padding included. */
  readonly tarBytes: number;
  /** Sum of the entries' `sizeBytes`. */
  readonly contentBytes: number;
  readonly entryCount: number;
  entry(position: number): LayerEntry;
  entries(): IterableIterator<LayerEntry>;
  /** The content of a file that the capture predicate chose while indexing; undefined for all others. */
  content(path: string): Uint8Array | undefined;
  /** The same by the entry's position, also where a later entry of the layer has the path. */
  contentAt(position: number): Uint8Array | undefined;
}
