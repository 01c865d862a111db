import { UserError } from '../base/index.ts';

/** All that a member of a tar archive can be. */
export const tarEntryTypes = [
  'file',
  'directory',
  'symlink',
  'hardlink',
  'character-device',
  'block-device',
  'fifo',
] as const;

/** What a member of a tar archive is. */
export type TarEntryType = (typeof tarEntryTypes)[number];

/** Where the stored bytes of a sparse file belong; all else of the file is zeros. */
export interface SparseMap {
  /** Length of the file with its holes, in bytes. */
  readonly realBytes: number;
  /** Ascending and without overlap; the lengths sum up to the entry's `sizeBytes`. */
  readonly extents: readonly { readonly offset: number; readonly sizeBytes: number }[];
}

/**
 * One member of a tar archive, extended headers (PAX, GNU) already applied. Names are as stored: they may be absolute
 * or hold `..`. A name that is not UTF-8 keeps its bytes as `decodeName` describes.
 */
export interface TarEntry {
  readonly path: string;
  readonly type: TarEntryType;
  /** Bytes of content that the archive stores: 0 for all but files, without the holes of a sparse file. */
  readonly sizeBytes: number;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly userName: string;
  readonly groupName: string;
  /** Seconds since 1970, with a fraction where a PAX header gives one. */
  readonly mtimeSeconds: number;
  /** Target of a symlink or hard link, else empty. */
  readonly linkPath: string;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  /** PAX records in force, `SCHILY.xattr.…` among them; values keep their bytes as `decodeName` describes. */
  readonly pax: ReadonlyMap<string, string>;
  readonly sparse?: SparseMap;
  /** Where the content begins, in bytes from the start of the archive. */
  readonly bodyOffset: number;
}

/** A tar archive that is corrupt or cut off, with the place. */
export class TarError extends UserError {
  /** Bytes from the start of the (uncompressed) archive. */
  readonly offsetBytes: number;

  constructor(problem: string, offsetBytes: number) {
    super(`the tar archive is damaged at byte ${offsetBytes}: ${problem}`, {
      hint: 'Write the archive again: it is corrupt, cut off, or no tar archive.',
    });
    this.offsetBytes = offsetBytes;
  }
}

/** An archive that ends between two members, where the end marker should be: cut off, or written without one. */
export class MissingEndError extends TarError {
  constructor(offsetBytes: number) {
    super('it is cut off: the end marker is missing', offsetBytes);
  }
}
