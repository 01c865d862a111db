import type { Extensions } from './extensions.ts';
import { paddedBytes, type RawHeader } from './header.ts';
import type { MemberKind } from './member-kind.ts';
import { type PaxRecords, paxNumber, paxSize } from './pax-records.ts';
import { readSparse } from './sparse.ts';
import { skip, type TarTalk } from './steps.ts';
import { type TarEntry, type TarEntryType, TarError } from './tar-entry.ts';

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
  const path = checkedName(
    found.extensions.longName ?? pax.get('GNU.sparse.name') ?? pax.get('path') ?? header.name,
    offset,
  );
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
    uid: ownerNumber(paxNumber(pax, 'uid', offset) ?? header.uid, offset),
    gid: ownerNumber(paxNumber(pax, 'gid', offset) ?? header.gid, offset),
    userName: pax.get('uname') ?? header.userName,
    groupName: pax.get('gname') ?? header.groupName,
    mtimeSeconds: paxNumber(pax, 'mtime', offset) ?? header.mtimeSeconds,
    linkPath: checkedName(found.extensions.longLink ?? pax.get('linkpath') ?? header.linkName, offset),
    deviceMajor: header.deviceMajor,
    deviceMinor: header.deviceMinor,
    pax,
    bodyOffset: offset + listBytes + (sparse?.leadBytes ?? 0),
    ...(sparse && { sparse: sparse.map }),
  };
}

function recordsInForce(found: UnfinishedEntry): PaxRecords {
  const { records } = found.extensions;
  if (found.globalRecords.size === 0 && records.size === 0) return noRecords;
  const inForce = new Map([...found.globalRecords, ...records]);
  for (const [key, value] of records) if (value === '') inForce.delete(key);
  return inForce;
}

/** Linux takes no path over 4,096 bytes; very long ones, of very many directories, would cost time and memory without end. */
const mostNameLength = 4096;

function checkedName(name: string, offset: number): string {
  if (name.length <= mostNameLength) return name;
  throw new TarError(`a name of ${name.length} characters, more than any system takes`, offset);
}

/** Linux counts users and groups from 0 to 2³² - 1; some writers store -2 for `nobody`, which is 2³² - 2. */
function ownerNumber(value: number, offset: number): number {
  if (!Number.isInteger(value) || value >= 2 ** 32 || value < -(2 ** 31)) {
    throw new TarError(`${value} is no number of a user or a group`, offset);
  }
  return value < 0 ? value + 2 ** 32 : value;
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
