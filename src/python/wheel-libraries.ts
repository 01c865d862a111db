import { createInflateRaw, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { UserError } from '../base/index.ts';
import {
  type ElfSection,
  elfTypes,
  type Linkage,
  linkageOf,
  type ReadAt,
  readElf,
} from '../filetree/index.ts';
import type { RangeSource } from './open-wheel.ts';
import { readWheelDirectory, type WheelFile } from './wheel-directory.ts';

/** A shared library or extension module, with what it is linked with. */
export interface LinkedLibrary extends Linkage {
  /** Below site-packages: `lightgbm/lib/lib_lightgbm.so`. */
  readonly path: string;
}

/** A shared library or extension module of a wheel. */
export interface WheelLibrary extends LinkedLibrary {
  /** Bytes of its symbol table and of debugging information: what stripping could take. */
  readonly symbolBytes: number;
}

/** What a wheel's native code is linked with. */
export interface WheelLibraries {
  readonly libraries: readonly WheelLibrary[];
  /** Libraries that could not be read, one clause each: `torch/lib/libtorch_cuda.so: 812 MB packed`. */
  readonly unread: readonly string[];
}

/** Checks what was kept as JSON. */
export const wheelLibrariesSchema: z.ZodType<WheelLibraries> = z.strictObject({
  libraries: z.array(
    z.strictObject({
      path: z.string(),
      soname: z.string().exactOptional(),
      needed: z.array(z.string()),
      folders: z.array(z.string()),
      symbolBytes: z.number(),
    }),
  ),
  unread: z.array(z.string()),
});

/** How much is read. */
export interface WheelLibrariesOptions {
  /** Packed libraries above this many bytes stay unread: a packed file cannot be read but from its start. */
  readonly largestPackedBytes?: number;
}

const libraryName = /\.so(?:\.\d\w*)*$/;
const defaultLargest = 32_000_000;
/** Unpacked whole up to here; larger ones are unpacked piece by piece, and only what is asked for is kept. */
const wholeBytes = 64_000_000;

/**
 * Reads the dynamic sections of a wheel's libraries by ranges (System V ABI, chapter 5). What is stored is read at the places that
 * matter; what is packed is fetched alone, member by member, and never the wheel as a whole.
 */
export async function readWheelLibraries(
  source: RangeSource,
  { largestPackedBytes = defaultLargest }: WheelLibrariesOptions = {},
): Promise<WheelLibraries> {
  const { files } = await readWheelDirectory(source);
  const libraries: WheelLibrary[] = [];
  const unread: string[] = [];
  for (const file of files.filter(({ path }) => libraryName.test(path))) {
    const path = file.path.replace(/^[^/]+\.data\/(?:pure|plat)lib\//, '');
    if (file.method === 8 && file.compressedBytes > largestPackedBytes) {
      unread.push(`${path}: ${Math.round(file.compressedBytes / 1e6)} MB packed`);
      continue;
    }
    const found = await readLibrary(source, file, path);
    if (found === 'unreadable') unread.push(`${path}: it cannot be unpacked`);
    else if (found !== undefined) libraries.push(found);
  }
  return { libraries, unread };
}

async function readLibrary(
  source: RangeSource,
  file: WheelFile,
  path: string,
): Promise<WheelLibrary | 'unreadable' | undefined> {
  const start = await contentStart(source, file);
  if (file.method === 0) {
    return dynamicFacts(path, file.sizeBytes, async (ranges) =>
      Promise.all(ranges.map(async (range) => source.readRange(start + range.offset, range.length))),
    );
  }
  if (file.method !== 8) return 'unreadable';
  const packed = await source.readRange(start, file.compressedBytes);
  try {
    if (file.sizeBytes > wholeBytes)
      return await dynamicFacts(path, file.sizeBytes, (ranges) => inflateRanges(packed, ranges));
    const whole = inflateRawSync(packed, { maxOutputLength: wholeBytes });
    return await dynamicFacts(path, whole.length, async (ranges) =>
      ranges.map(({ offset, length }) => whole.subarray(offset, offset + length)),
    );
  } catch (error) {
    if (error instanceof UserError) throw error;
    return 'unreadable';
  }
}

const localHeaderBytes = 30;

// Local file header:  50 4b 03 04, …, lengths of name and extra field at 26 and 28, then the content
async function contentStart(source: RangeSource, file: WheelFile): Promise<number> {
  const bytes = await source.readRange(file.headerOffset, localHeaderBytes);
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (header.getUint32(0, true) !== 0x04034b50) {
    throw new UserError(`${source.name} is no whole wheel: ${file.path} is not where the directory says`, {
      hint: 'Download it again.',
    });
  }
  return file.headerOffset + localHeaderBytes + header.getUint16(26, true) + header.getUint16(28, true);
}

interface Range {
  readonly offset: number;
  readonly length: number;
}

/** No file asks for more rounds: its tables, what they point at, the names. */
const mostRounds = 6;

/**
 * Reads a file that is not at hand: each round notes which bytes it lacked, and those are fetched together for the next one.
 * Undefined for what is no ELF file.
 */
async function dynamicFacts(
  path: string,
  sizeBytes: number,
  fetchRanges: (ranges: readonly Range[]) => Promise<readonly Uint8Array[]>,
): Promise<WheelLibrary | undefined> {
  const held = new Map<string, Uint8Array>();
  for (let round = 0; round < mostRounds; round += 1) {
    const lacking: Range[] = [];
    const read: ReadAt = (target, offset) => {
      const bytes = held.get(`${offset}+${target.length}`);
      if (bytes === undefined) lacking.push({ offset, length: target.length });
      else target.set(bytes);
    };
    const elf = readElf(read, sizeBytes);
    const facts = elf && {
      path,
      ...linkageOf(elf, read),
      symbolBytes: symbolBytes(elf.sections),
    };
    if (lacking.length === 0) return facts;
    const fetched = await fetchRanges(lacking);
    for (const [at, range] of lacking.entries())
      held.set(`${range.offset}+${range.length}`, fetched[at] ?? new Uint8Array());
  }
  return undefined;
}

function symbolBytes(sections: readonly ElfSection[]): number {
  return sections.reduce((sum, { name, type, flags, sizeBytes, link }) => {
    if ((flags & elfTypes.allocated) !== 0 || type === elfTypes.noBits) return sum;
    if (type === elfTypes.symbols) return sum + sizeBytes + (sections[link]?.sizeBytes ?? 0);
    return /^\.z?debug/.test(name) ? sum + sizeBytes : sum;
  }, 0);
}

/** Unpacks a member from its start and keeps the wanted ranges, until the last of them is there. */
async function inflateRanges(packed: Uint8Array, ranges: readonly Range[]): Promise<readonly Uint8Array[]> {
  const kept = ranges.map(({ length }) => new Uint8Array(length));
  const end = Math.max(...ranges.map(({ offset, length }) => offset + length));
  const inflate = createInflateRaw({ chunkSize: 1_048_576 });
  inflate.end(packed);
  let at = 0;
  for await (const chunk of inflate as AsyncIterable<Buffer>) {
    for (const [number, range] of ranges.entries()) {
      const from = Math.max(range.offset, at);
      const to = Math.min(range.offset + range.length, at + chunk.length);
      if (from < to) kept[number]?.set(chunk.subarray(from - at, to - at), from - range.offset);
    }
    at += chunk.length;
    if (at >= end) break;
  }
  if (at < end) throw new RangeError(`it ends after ${at} bytes`);
  return kept;
}
