import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { ContentPack } from './content-pack.ts';
import { fingerprintBytes } from './file-facts.ts';
import type { LayerColumns } from './layer-columns.ts';

// An index as a file, little endian, so that reading it makes no object for any entry:
//   "PLIMIDX" version | crc32 of the diffID and all that follows (4) | 0 (4)
//   8-byte floats: the counts in `headFields`
//   the columns and all strings in one zstd frame, wide columns first
//   the blocks of contents, each a zstd frame, one after another
// Strings stand in one text, each ending where `ends` says; a text with characters above U+00FF has two bytes for each.

const magic = Buffer.from('PLIMIDX\x05', 'latin1');

const headFields = [
  'tarBytes',
  'storedBytes',
  'entryCount',
  'stringCount',
  'textBytes',
  'isWide',
  'hashBytes',
  'factCount',
  'contentCount',
  'blockCount',
  'frameBytes',
] as const;

type Head = Readonly<Record<(typeof headFields)[number], number>>;

const headStart = 16;
const headBytes = headFields.length * 8;

type Column = Float64Array | Uint32Array | Uint16Array | Uint8Array;

/** Writes an index; `decodeIndexFile` reads it. */
export function encodeIndexFile(columns: LayerColumns): Buffer {
  const { facts, contents, strings } = columns;
  const joined = strings.join('');
  const isWide = /[^\u0000-\u00ff]/.test(joined);
  const text = Buffer.from(joined, isWide ? 'utf16le' : 'latin1');
  const blockSizes = Uint32Array.from(contents.blocks, (block) => block.length);
  const frame = zstdCompressSync(
    Buffer.concat(
      [
        ...[columns.sizes, columns.times, facts.strippable, facts.checksums, facts.offsets],
        ...[columns.uids, columns.gids, columns.directories, columns.names, columns.links, columns.details],
        ...[endsOf(strings), facts.positions, contents.positions, contents.blockNumbers],
        ...[contents.starts, contents.sizes, blockSizes],
        columns.modes,
        ...[columns.types, columns.hashes, facts.fingerprints, facts.formats, text],
      ].map(bytesOf),
    ),
    { params: { [constants.ZSTD_c_compressionLevel]: 3 } },
  );
  const head: Head = {
    tarBytes: columns.tarBytes,
    storedBytes: columns.storedBytes,
    entryCount: columns.types.length,
    stringCount: strings.length,
    textBytes: text.length,
    isWide: isWide ? 1 : 0,
    hashBytes: columns.hashes.length,
    factCount: facts.positions.length,
    contentCount: contents.positions.length,
    blockCount: contents.blocks.length,
    frameBytes: frame.length,
  };
  const start = Buffer.alloc(headStart + headBytes);
  magic.copy(start);
  for (const [number, field] of headFields.entries())
    start.writeDoubleLE(head[field], headStart + number * 8);
  const file = Buffer.concat([start, frame, ...contents.blocks]);
  file.writeUInt32LE(checksum(columns.diffId, file), 8);
  return file;
}

/** Reads what `encodeIndexFile` wrote for this diffID; undefined for anything else. */
export function decodeIndexFile(file: Buffer, diffId: string): LayerColumns | undefined {
  if (file.length < headStart + headBytes || !file.subarray(0, magic.length).equals(magic)) return undefined;
  if (file.readUInt32LE(8) !== checksum(diffId, file)) return undefined;
  const field = (name: keyof Head): number => file.readDoubleLE(headStart + headFields.indexOf(name) * 8);
  const frameStart = headStart + headBytes;
  const frameEnd = frameStart + field('frameBytes');
  const take = columnTaker(
    zstdDecompressSync(file.subarray(frameStart, frameEnd), { chunkSize: 1024 * 1024 }),
  );
  const [count, factCount, contentCount] = [field('entryCount'), field('factCount'), field('contentCount')];
  // In the order of the file.
  const [sizes, times] = [take.doubles(count), take.doubles(count)];
  const [strippable, checksums] = [take.doubles(factCount), take.doubles(factCount)];
  const offsets = take.doubles(factCount);
  const [uids, gids, directories] = [take.ints(count), take.ints(count), take.ints(count)];
  const [names, links, details] = [take.ints(count), take.ints(count), take.ints(count)];
  const ends = take.ints(field('stringCount'));
  const [factPositions, positions] = [take.ints(factCount), take.ints(contentCount)];
  const [blockNumbers, starts] = [take.ints(contentCount), take.ints(contentCount)];
  const [contentSizes, blockSizes] = [take.ints(contentCount), take.ints(field('blockCount'))];
  const modes = take.shorts(count);
  const [types, hashes] = [take.bytes(count), take.bytes(field('hashBytes'))];
  const fingerprints = take.bytes(factCount * fingerprintBytes);
  const formats = take.bytes(factCount);
  const text = Buffer.from(take.bytes(field('textBytes'))).toString(
    field('isWide') === 1 ? 'utf16le' : 'latin1',
  );
  const contents: ContentPack = {
    ...{ positions, blockNumbers, starts, sizes: contentSizes },
    blocks: blocksAt(file, frameEnd, blockSizes),
  };
  return {
    ...{ diffId, tarBytes: field('tarBytes'), storedBytes: field('storedBytes') },
    strings: stringsOf(text, ends),
    ...{ types, sizes, modes, uids, gids, times, directories, names, links, details, hashes, contents },
    facts: { positions: factPositions, offsets, fingerprints, checksums, formats, strippable },
  };
}

function checksum(diffId: string, file: Buffer): number {
  return crc32(file.subarray(headStart), crc32(diffId));
}

function bytesOf(column: Column): Buffer {
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength);
}

function endsOf(strings: readonly string[]): Uint32Array {
  let end = 0;
  return Uint32Array.from(strings, (text) => {
    end += text.length;
    return end;
  });
}

function stringsOf(text: string, ends: Uint32Array): string[] {
  const strings: string[] = [];
  let start = 0;
  for (const end of ends) {
    strings.push(text.slice(start, end));
    start = end;
  }
  return strings;
}

function blocksAt(file: Buffer, start: number, sizes: Uint32Array): Buffer[] {
  let at = start;
  return Array.from(sizes, (sizeBytes) => {
    at += sizeBytes;
    return file.subarray(at - sizeBytes, at);
  });
}

interface ColumnTaker {
  doubles(count: number): Float64Array;
  ints(count: number): Uint32Array;
  shorts(count: number): Uint16Array;
  bytes(count: number): Uint8Array;
}

/** Columns as views of one buffer, whose place in memory must suit the widest of them. */
function columnTaker(unpacked: Buffer): ColumnTaker {
  const plain = unpacked.byteOffset % 8 === 0 ? unpacked : Buffer.from(new Uint8Array(unpacked).buffer);
  let at = plain.byteOffset;
  const take = <Column>(
    Kind: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => Column,
    count: number,
    elementBytes: number,
  ): Column => {
    const column = new Kind(plain.buffer, at, count);
    at += count * elementBytes;
    return column;
  };
  return {
    doubles: (count) => take(Float64Array, count, 8),
    ints: (count) => take(Uint32Array, count, 4),
    shorts: (count) => take(Uint16Array, count, 2),
    bytes: (count) => take(Uint8Array, count, 1),
  };
}
