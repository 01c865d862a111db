import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { TarBody, TarBodySink } from '../tar/index.ts';
import {
  type ElfHeader,
  type ElfSection,
  parseElfHeader,
  parseElfSections,
  strippableBytes,
} from './elf-sections.ts';
import { sniffFormat } from './file-format.ts';
import type { LayerEntry } from './layer-index.ts';

/** What is told of a file by looking at small parts of it. */
export type FileFacts = Pick<LayerEntry, 'fingerprint' | 'format' | 'strippableBytes'> & {
  /** The CRC-32 of the content, where all of it came by. */
  readonly checksum?: number;
};

/** Smaller files are not looked at: there are too many, and they weigh too little. */
export const factsFromBytes: number = 64 * 1024;

const blockBytes = 4096;
/** The first comes with the header before it, the last with the header behind: more would cost a read each. */
const blockCount = 4;
/** Length of a fingerprint, in bytes: half a sha256. */
export const fingerprintBytes = 16;

/** Longer tables of sections do not occur; a hostile header can claim any length. */
const tableLimitBytes = 1024 * 1024;

const blocksBytes = blockCount * blockBytes;

/** Memory for the blocks of one file and its length, which the files of a layer use one after another. */
export function factsMemory(): Buffer {
  return Buffer.alloc(blocksBytes + 8);
}

/**
 * Looks at a file in place: four blocks of 4 KiB spread evenly over it, the first and the last included, and an ELF
 * file's section headers. `sizeBytes` is at least `factsFromBytes`.
 */
export function readFacts(sizeBytes: number, body: TarBody, memory: Buffer): FileFacts {
  for (let block = 0; block < blockCount; block++) {
    body.read(memory.subarray(block * blockBytes, (block + 1) * blockBytes), blockOffset(block, sizeBytes));
  }
  const header = parseElfHeader(memory);
  const range = header && tableRange(header, sizeBytes);
  if (header === undefined || range === undefined) return factsOf(sizeBytes, memory, undefined);
  const read = ({ start, end }: Range): Buffer => {
    const bytes = Buffer.allocUnsafe(end - start);
    body.read(bytes, start);
    return bytes;
  };
  const sections = parseElfSections(header, read(range));
  const names = namesRange(header, sections, sizeBytes);
  return factsOf(sizeBytes, memory, strippableBytes(header, sections, names && read(names)));
}

/**
 * Looks at a file while it streams by; the facts go to `onFacts` at its end. All of it is summed up too, which costs
 * less than to have the stream come by again for that.
 */
export function factsSink(
  sizeBytes: number,
  memory: Buffer,
  onFacts: (facts: FileFacts) => void,
): TarBodySink {
  const catches = Array.from(
    { length: blockCount },
    (_, block): Catch => ({
      start: blockOffset(block, sizeBytes),
      bytes: memory.subarray(block * blockBytes, (block + 1) * blockBytes),
    }),
  );
  let checksum = 0;
  let next = 0;
  let position = 0;
  let elf: ElfCatcher | undefined;
  return {
    write(chunk) {
      const end = position + chunk.length;
      checksum = crc32(chunk, checksum);
      for (; next < catches.length; next++) {
        const wanted = catches[next];
        if (wanted === undefined || wanted.start >= end) break;
        catchFrom(chunk, position, wanted);
        if (wanted.start + wanted.bytes.length > end) break;
        if (next === 0) elf = elfCatcher(memory.subarray(0, blockBytes), sizeBytes);
      }
      elf?.write(chunk, position);
      position = end;
    },
    end() {
      onFacts({ ...factsOf(sizeBytes, memory, elf?.strippableBytes()), checksum });
    },
  };
}

function blockOffset(block: number, sizeBytes: number): number {
  return Math.floor(((sizeBytes - blockBytes) * block) / (blockCount - 1));
}

function factsOf(sizeBytes: number, memory: Buffer, stripped: number | undefined): FileFacts {
  const format = sniffFormat(memory.subarray(0, blocksBytes), sizeBytes);
  memory.writeDoubleLE(sizeBytes, blocksBytes);
  const fingerprint = hash('sha256', memory, 'hex').slice(0, 2 * fingerprintBytes);
  return {
    fingerprint,
    ...(format !== undefined && { format }),
    ...(stripped !== undefined && format === 'elf' && { strippableBytes: Math.min(stripped, sizeBytes) }),
  };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function tableRange(header: ElfHeader, sizeBytes: number): Range | undefined {
  const start = header.tableOffset;
  return rangeWithin({ start, end: start + header.headerBytes * header.sectionCount }, sizeBytes);
}

function namesRange(
  header: ElfHeader,
  sections: readonly ElfSection[],
  sizeBytes: number,
): Range | undefined {
  const names = sections[header.namesSection];
  if (names === undefined) return undefined;
  return rangeWithin({ start: names.offset, end: names.offset + names.sizeBytes }, sizeBytes);
}

function rangeWithin(range: Range, sizeBytes: number): Range | undefined {
  const isSound = range.end <= sizeBytes && range.end - range.start <= tableLimitBytes;
  return isSound ? range : undefined;
}

/** A stretch of a file that is kept as it streams by. */
interface Catch {
  readonly start: number;
  readonly bytes: Buffer;
}

function catchFrom(chunk: Buffer, position: number, wanted: Catch): void {
  const from = Math.max(wanted.start, position);
  const until = Math.min(wanted.start + wanted.bytes.length, position + chunk.length);
  if (from < until) chunk.copy(wanted.bytes, from - wanted.start, from - position, until - position);
}

interface ElfCatcher {
  write(chunk: Buffer, position: number): void;
  /** Known once the file has passed by. */
  strippableBytes(): number | undefined;
}

/** How far before the section headers their names are looked for: most linkers write them right there. */
const namesReachBytes = 16 * 1024;

/** Keeps an ELF file's section headers and their names, where these stand right before them, right behind, or later. */
function elfCatcher(start: Buffer, sizeBytes: number): ElfCatcher | undefined {
  const header = parseElfHeader(start);
  const range = header && tableRange(header, sizeBytes);
  if (header === undefined || range === undefined) return undefined;
  const from = Math.max(0, range.start - namesReachBytes);
  const around: Catch = {
    start: from,
    bytes: Buffer.alloc(Math.min(range.end + namesReachBytes, sizeBytes) - from),
  };
  // The first block went by before this began.
  catchFrom(start, 0, around);
  return {
    write: (chunk, position) => catchFrom(chunk, position, around),
    strippableBytes() {
      const cut = ({ start, end }: Range): Buffer | undefined =>
        start >= from && end <= from + around.bytes.length
          ? around.bytes.subarray(start - from, end - from)
          : undefined;
      const sections = parseElfSections(header, cut(range) ?? Buffer.alloc(0));
      const names = namesRange(header, sections, sizeBytes);
      return strippableBytes(header, sections, names && cut(names));
    },
  };
}
