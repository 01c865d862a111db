import type { Extensions } from './extensions.ts';
import { paddedBytes, type RawHeader } from './header.ts';
import type { MemberKind } from './member-kind.ts';
import { type PaxRecords, paxNumber, paxSize } from './pax-records.ts';
import { readSparse } from './sparse.ts';
import { skip, type TarTalk } from './steps.ts';
import type { TarEntry, TarEntryType } from './tar-entry.ts';

/** An entry's header block and all that was said before it. */
export interface UnfinishedEntry {
  readonly block: Buffer;
  readonly header: RawHeader;
  readonly kind: MemberKind;
  readonly extensions: Extensions;
  readonly globalRecords: PaxRecords;
  /** Where the header block ends. */
  readonly offset: number;
}

const noRecords: PaxRecords = new Map();

/** Applies the extended headers to an entry and reads what stands between its header and its content. */
export function* finishEntry(found: UnfinishedEntry): TarTalk<TarEntry> {
  const { header, kind, offset } = found;
  const pax = recordsInForce(found);
  const path = found.extensions.longName ?? pax.get('GNU.sparse.name') ?? pax.get('path') ?? header.name;
  const type = entryType(kind, path);
  const declaredBytes = paxSize(pax, offset) ?? header.sizeBytes;
  // All but files have no body, whatever their size field says (as Go's archive/tar reads them).
  const storedBytes = type === 'file' ? declaredBytes : 0;
  const isOldGnu = kind === 'gnu-sparse';
  const sparse =
    isOldGnu || (type === 'file' && pax.size > 0)
      ? yield* readSparse({ block: found.block, isOldGnu, pax, storedBytes, offset })
      : undefined;
  // A GNU dump directory carries a list of names, which is no content.
  const listBytes = kind === 'dump-directory' ? paddedBytes(declaredBytes) : 0;
  yield* skip(listBytes, offset);
  return {
    path,
    type,
    sizeBytes: sparse?.sizeBytes ?? storedBytes,
    mode: header.mode & 0o7777,
    uid: paxNumber(pax, 'uid', offset) ?? header.uid,
    gid: paxNumber(pax, 'gid', offset) ?? header.gid,
    userName: pax.get('uname') ?? header.userName,
    groupName: pax.get('gname') ?? header.groupName,
    mtimeSeconds: paxNumber(pax, 'mtime', offset) ?? header.mtimeSeconds,
    linkPath: found.extensions.longLink ?? pax.get('linkpath') ?? header.linkName,
    deviceMajor: header.deviceMajor,
    deviceMinor: header.deviceMinor,
    pax,
    bodyOffset: offset + listBytes + (sparse?.leadBytes ?? 0),
    ...(sparse && { sparse: sparse.map }),
  };
}

function recordsInForce(found: UnfinishedEntry): PaxRecords {
  const { records } = found.extensions;
  if (found.globalRecords.size === 0) return records.size === 0 ? noRecords : records;
  return new Map([...found.globalRecords, ...records]);
}

function entryType(kind: MemberKind, path: string): TarEntryType {
  switch (kind) {
    case 'old-file':
      // V7 had no directories: a name that ends with a slash is one.
      return path.endsWith('/') ? 'directory' : 'file';
    case 'dump-directory':
      return 'directory';
    case 'gnu-sparse':
    case 'extension':
    case 'ignored':
    case 'multi-volume':
      return 'file';
    default:
      return kind;
  }
}
