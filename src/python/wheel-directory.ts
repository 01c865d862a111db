import { UserError } from '../base/index.ts';
import type { RangeSource } from './open-wheel.ts';

/** One file inside a wheel. */
export interface WheelFile {
  /** As stored, with `/`: `torch/lib/libtorch_cpu.so`. */
  readonly path: string;
  readonly compressedBytes: number;
  /** Uncompressed. */
  readonly sizeBytes: number;
  /** Where its local header begins. */
  readonly headerOffset: number;
  /** How it is compressed (APPNOTE.TXT 4.4.5): 0 stored, 8 deflated. */
  readonly method: number;
}

/** What a wheel's central directory tells. */
export interface WheelDirectory {
  /** Without directories, in stored order. */
  readonly files: readonly WheelFile[];
  /** Of the whole wheel: what is downloaded. */
  readonly wheelBytes: number;
}

/** Compiled modules weigh this much of their sources (CPython 3.11, measured over a large set of distributions). */
export const bytecodeRatio = 1.34;

const endRecordBytes = 22;
const locatorBytes = 20;
const longestComment = 0xffff;
const saturated = 0xffffffff;

/**
 * Reads the central directory of a wheel, or of any other zip file, by ranges: nothing else of it is fetched.
 * Zip64 included (APPNOTE.TXT 4.3.12–4.3.16, 4.5.3). Throws a `UserError` for a file that is no whole zip file.
 */
export async function readWheelDirectory(source: RangeSource): Promise<WheelDirectory> {
  const tailBytes = Math.min(source.sizeBytes, endRecordBytes + longestComment + locatorBytes);
  const tail = view(await source.readRange(source.sizeBytes - tailBytes, tailBytes));
  const end = await findDirectory(source, tail);
  if (end.offset + end.sizeBytes > source.sizeBytes)
    throw broken(source, 'its directory lies outside the file');
  const directory = await source.readRange(end.offset, end.sizeBytes);
  const files = readEntries(source, view(directory), end.entryCount);
  return { files: files.filter((file) => !file.path.endsWith('/')), wheelBytes: source.sizeBytes };
}

/** Bytes that the files of a wheel take once pip has unpacked it, with or without the bytecode it compiles. */
export function installedBytes(
  directory: WheelDirectory,
  { withBytecode }: { readonly withBytecode: boolean },
): number {
  let total = 0;
  for (const file of directory.files) {
    total += file.sizeBytes;
    if (withBytecode && file.path.endsWith('.py')) total += file.sizeBytes * bytecodeRatio;
  }
  return Math.round(total);
}

interface DirectoryPlace {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly entryCount: number;
}

// End of central directory record:  50 4b 05 06, disk numbers, entries on disk, entries, size, offset, comment length
async function findDirectory(source: RangeSource, tail: DataView): Promise<DirectoryPlace> {
  for (let at = tail.byteLength - endRecordBytes; at >= 0; at -= 1) {
    if (tail.getUint32(at, true) !== 0x06054b50) continue;
    // The signature may also stand in the comment; the true record's comment ends with the file.
    if (at + endRecordBytes + tail.getUint16(at + 20, true) !== tail.byteLength) continue;
    const place = {
      entryCount: tail.getUint16(at + 10, true),
      sizeBytes: tail.getUint32(at + 12, true),
      offset: tail.getUint32(at + 16, true),
    };
    const isSaturated =
      place.entryCount === 0xffff || place.sizeBytes === saturated || place.offset === saturated;
    return isSaturated ? ((await findZip64Directory(source, tail, at)) ?? place) : place;
  }
  throw broken(source, 'it has no end record');
}

async function findZip64Directory(
  source: RangeSource,
  tail: DataView,
  endRecordAt: number,
): Promise<DirectoryPlace | undefined> {
  const at = endRecordAt - locatorBytes;
  if (at < 0 || tail.getUint32(at, true) !== 0x07064b50) return undefined;
  const record = view(await source.readRange(readLong(tail, at + 8), 56));
  if (record.getUint32(0, true) !== 0x06064b50) throw broken(source, 'its zip64 end record is damaged');
  return {
    entryCount: readLong(record, 32),
    sizeBytes: readLong(record, 40),
    offset: readLong(record, 48),
  };
}

const entryBytes = 46;

// Central file header:  50 4b 01 02, …, sizes at 20 and 24, lengths of name, extra field and comment at 28, 30, 32
function readEntries(source: RangeSource, directory: DataView, entryCount: number): WheelFile[] {
  const files: WheelFile[] = [];
  const text = new TextDecoder();
  let at = 0;
  while (files.length < entryCount) {
    if (at + entryBytes > directory.byteLength || directory.getUint32(at, true) !== 0x02014b50)
      throw broken(source, `its directory ends after ${files.length} of ${entryCount} entries`);
    const nameBytes = directory.getUint16(at + 28, true);
    const extraBytes = directory.getUint16(at + 30, true);
    const next = at + entryBytes + nameBytes + extraBytes + directory.getUint16(at + 32, true);
    if (next > directory.byteLength)
      throw broken(source, `its directory ends after ${files.length} of ${entryCount} entries`);
    const nameAt = at + entryBytes;
    const sizes = readSizes(directory, at, {
      start: nameAt + nameBytes,
      end: nameAt + nameBytes + extraBytes,
    });
    const name = new Uint8Array(directory.buffer, directory.byteOffset + nameAt, nameBytes);
    files.push({ path: text.decode(name), ...sizes, method: directory.getUint16(at + 10, true) });
    at = next;
  }
  return files;
}

/** The zip64 extra field (id 1) holds, in this order, only those values that are saturated in the header. */
function readSizes(
  directory: DataView,
  at: number,
  extra: { readonly start: number; readonly end: number },
): Pick<WheelFile, 'compressedBytes' | 'sizeBytes' | 'headerOffset'> {
  let compressedBytes = directory.getUint32(at + 20, true);
  let sizeBytes = directory.getUint32(at + 24, true);
  let headerOffset = directory.getUint32(at + 42, true);
  for (let field = extra.start; field + 4 <= extra.end; field += 4 + directory.getUint16(field + 2, true)) {
    if (directory.getUint16(field, true) !== 1) continue;
    let value = field + 4;
    const end = Math.min(extra.end, value + directory.getUint16(field + 2, true));
    if (sizeBytes === saturated && value + 8 <= end) {
      sizeBytes = readLong(directory, value);
      value += 8;
    }
    if (compressedBytes === saturated && value + 8 <= end) {
      compressedBytes = readLong(directory, value);
      value += 8;
    }
    if (headerOffset === saturated && value + 8 <= end) headerOffset = readLong(directory, value);
    break;
  }
  return { compressedBytes, sizeBytes, headerOffset };
}

function readLong(data: DataView, at: number): number {
  return Number(data.getBigUint64(at, true));
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function broken(source: RangeSource, why: string): UserError {
  return new UserError(`${source.name} is no whole wheel: ${why}`, {
    hint: 'Download it again, or look whether the index serves an error page in its place.',
  });
}
