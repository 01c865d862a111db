import type { Readable } from 'node:stream';
import type { TarEntryType } from './tar-entry.ts';

/** Content that is not in memory. */
export interface TarContent {
  readonly sizeBytes: number;
  open(): Promise<Readable> | Readable;
}

/** One member to write. What is left out is 0 or empty, the mode 0o644 (directories 0o755), the type `file`. */
export interface TarMember {
  readonly path: string;
  readonly type?: TarEntryType;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly userName?: string;
  readonly groupName?: string;
  readonly mtimeSeconds?: number;
  readonly linkPath?: string;
  readonly deviceMajor?: number;
  readonly deviceMinor?: number;
  /** Further PAX records, such as `SCHILY.xattr.security.capability`; those of the properties above are passed over. */
  readonly pax?: Readonly<Record<string, string>>;
  /** Only a file has content. */
  readonly content?: string | Uint8Array | TarContent;
}
