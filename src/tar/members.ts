import { extended, noExtensions } from './extensions.ts';
import { finishEntry } from './finish-entry.ts';
import { blockBytes, isZeroBlock, paddedBytes, parseHeader, type RawHeader } from './header.ts';
import { memberKind } from './member-kind.ts';
import { readWhole, skip, type TarTalk } from './steps.ts';
import { MissingEndError, TarError } from './tar-entry.ts';

/** How strictly an archive is taken. */
export interface TarStrictness {
  /**
   * Accept an archive that just stops after a whole entry, without end blocks: right only where something else (a digest)
   * proves that nothing is missing.
   */
  readonly isEndMarkerOptional?: boolean;
}

/** The longest extended header that is read, in bytes; Go's archive/tar has the same limit. */
const extendedHeaderLimit = 1024 * 1024;

/**
 * The grammar of a tar archive as a conversation: it asks for bytes and tells of entries, and knows nothing of streams
 * or files. Ends after the end blocks; what follows them is not part of the archive.
 */
export function* tarMembers(strictness: TarStrictness = {}): TarTalk<void> {
  const globalRecords = new Map<string, string>();
  let pending = noExtensions;
  let offset = 0;
  for (;;) {
    const block = yield { kind: 'read', sizeBytes: blockBytes };
    if (block.length < blockBytes || isZeroBlock(block)) {
      if (pending.isPresent) throw new TarError('an extended header belongs to no entry', offset);
      if (block.length === blockBytes) return yield* expectEnd(offset + blockBytes);
      if (block.length === 0 && strictness.isEndMarkerOptional === true) return;
      if (block.length === 0) throw new MissingEndError(offset);
      throw new TarError('it is cut off: the end marker is missing', offset + block.length);
    }
    const header = parseHeader(block, offset);
    const kind = memberKind(header.typeFlag);
    if (header.sizeBytes < 0) throw new TarError('a size is negative', offset);
    if (kind === 'multi-volume')
      throw new TarError('it is one volume of several, which are not supported', offset);
    offset += blockBytes;
    if (kind === 'extension') {
      const body = yield* readExtension(header, offset);
      pending = extended(pending, header.typeFlag, { body, offset, globalRecords });
      offset += paddedBytes(header.sizeBytes);
    } else if (kind === 'ignored') {
      yield* skip(header.sizeBytes, offset);
      offset += paddedBytes(header.sizeBytes);
      pending = noExtensions;
    } else {
      const entry = yield* finishEntry({ block, header, kind, extensions: pending, globalRecords, offset });
      const paddingBytes = paddedBytes(entry.sizeBytes) - entry.sizeBytes;
      yield { kind: 'entry', entry, paddingBytes };
      offset = entry.bodyOffset + entry.sizeBytes + paddingBytes;
      pending = noExtensions;
    }
  }
}

function* expectEnd(offset: number): TarTalk<void> {
  const second = yield { kind: 'read', sizeBytes: blockBytes };
  // One block of zeros at the very end is taken for two, as GNU tar and Go do.
  if (second.length === 0 || (second.length === blockBytes && isZeroBlock(second))) return;
  if (second.every((byte) => byte === 0)) return;
  throw new TarError('a block of zeros stands between entries', offset);
}

function* readExtension(header: RawHeader, offset: number): TarTalk<Buffer> {
  if (header.sizeBytes > extendedHeaderLimit) {
    throw new TarError(`an extended header of ${header.sizeBytes} bytes is too long`, offset);
  }
  const bytes = yield* readWhole(paddedBytes(header.sizeBytes), offset);
  return bytes.subarray(0, header.sizeBytes);
}
