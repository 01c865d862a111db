import { type ElfLayout, elfFields } from './elf-fields.ts';

// An ELF file (System V ABI, chapters 4 and 5): header, segments that a loader maps, sections that linkers and debuggers read.
//   7f "ELF" | class 1: 32, 2: 64 bit | data 1: little, 2: big endian | … | type 16 | places and counts of both tables

/** Fills `target` with a file's content from byte `start` on. */
export type ReadAt = (target: Buffer, start: number) => void;

/** What a loader maps (program header). */
export interface ElfSegment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
  readonly alignment: number;
}

/** A part of the file with a name (section header). */
export interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly link: number;
  readonly alignment: number;
}

/** An ELF file without its content. */
export interface ElfFile {
  readonly is64Bit: boolean;
  readonly isLittleEndian: boolean;
  readonly type: number;
  /** Length of the file, in bytes. */
  readonly sizeBytes: number;
  readonly header: Buffer;
  readonly segmentTable: ElfTable;
  readonly sectionTable: ElfTable;
  /** Number of the section that holds the sections' names. */
  readonly namesSection: number;
  readonly segments: readonly ElfSegment[];
  readonly sections: readonly ElfSection[];
}

/** Where a table lies, and how it is cut. */
export interface ElfTable {
  readonly offset: number;
  readonly entryBytes: number;
  readonly count: number;
  readonly bytes: Buffer;
}

/** The types that matter here (System V ABI; `elf.h`). */
export const elfTypes = {
  executable: 2,
  shared: 3,
  load: 1,
  dynamic: 2,
  noSection: 0,
  symbols: 2,
  strings: 3,
  noBits: 8,
  symbolIndexes: 18,
  allocated: 2,
} as const;

/** Length of the header of a 64-bit file. */
export const elfHeaderBytes = 64;

/** More than any linker writes; each would cost memory. */
const mostTableBytes = 4 * 1024 * 1024;

/** Reads the tables of an ELF file; undefined when it is none, or its tables lie outside of it. */
export function readElf(read: ReadAt, sizeBytes: number): ElfFile | undefined {
  if (sizeBytes < elfHeaderBytes) return undefined;
  const header = Buffer.alloc(elfHeaderBytes);
  read(header, 0);
  if (header.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const is64Bit = header[4] === 2;
  const isLittleEndian = header[5] !== 2;
  const fields = elfFields(header, { is64Bit, isLittleEndian });
  const table = (place: number, counts: number): ElfTable | undefined => {
    const [offset, entryBytes, count] = [fields.word(place), fields.half(counts), fields.half(counts + 2)];
    const length = entryBytes * count;
    if (length > mostTableBytes || offset + length > sizeBytes) return undefined;
    const bytes = Buffer.alloc(length);
    if (length > 0) read(bytes, offset);
    return { offset, entryBytes, count, bytes };
  };
  const segmentTable = is64Bit ? table(32, 54) : table(28, 42);
  const sectionTable = is64Bit ? table(40, 58) : table(32, 46);
  if (segmentTable === undefined || sectionTable === undefined) return undefined;
  const layout = { is64Bit, isLittleEndian };
  const namesSection = fields.half(is64Bit ? 62 : 50);
  return {
    ...layout,
    type: fields.half(16),
    sizeBytes,
    header,
    segmentTable,
    sectionTable,
    namesSection,
    segments: segmentsOf(segmentTable, layout),
    sections: sectionsOf(sectionTable, namesSection, { ...layout, read, sizeBytes }),
  };
}

function segmentsOf({ bytes, entryBytes, count }: ElfTable, layout: ElfLayout): ElfSegment[] {
  if (entryBytes < (layout.is64Bit ? 56 : 32)) return [];
  const { word, int } = elfFields(bytes, layout);
  const at = layout.is64Bit
    ? { offset: 8, address: 16, fileBytes: 32, memoryBytes: 40, alignment: 48 }
    : { offset: 4, address: 8, fileBytes: 16, memoryBytes: 20, alignment: 28 };
  return Array.from({ length: count }, (_, number) => {
    const start = number * entryBytes;
    return {
      type: int(start),
      offset: word(start + at.offset),
      address: word(start + at.address),
      fileBytes: word(start + at.fileBytes),
      memoryBytes: word(start + at.memoryBytes),
      alignment: word(start + at.alignment),
    };
  });
}

function sectionsOf(
  { bytes, entryBytes, count }: ElfTable,
  namesSection: number,
  file: ElfLayout & { readonly read: ReadAt; readonly sizeBytes: number },
): ElfSection[] {
  const { is64Bit, read, sizeBytes } = file;
  if (entryBytes < (is64Bit ? 64 : 40)) return [];
  const { word, int } = elfFields(bytes, file);
  const bare = Array.from({ length: count }, (_, number) => {
    const start = number * entryBytes;
    return {
      nameOffset: int(start),
      type: int(start + 4),
      flags: word(start + 8),
      offset: word(start + (is64Bit ? 24 : 16)),
      sizeBytes: word(start + (is64Bit ? 32 : 20)),
      link: int(start + (is64Bit ? 40 : 24)),
      alignment: word(start + (is64Bit ? 48 : 32)),
    };
  });
  const place = bare[namesSection];
  const isReadable =
    place !== undefined && place.sizeBytes <= mostTableBytes && place.offset + place.sizeBytes <= sizeBytes;
  const names = Buffer.alloc(isReadable ? place.sizeBytes : 0);
  if (names.length > 0 && place !== undefined) read(names, place.offset);
  return bare.map(({ nameOffset, ...section }) => ({ ...section, name: textAt(names, nameOffset) }));
}

/** The text that begins at a byte and ends with a NUL. */
function textAt(bytes: Buffer, start: number): string {
  const end = bytes.indexOf(0, start);
  return bytes.toString('latin1', Math.min(start, bytes.length), end === -1 ? bytes.length : end);
}

const dynamicTags = { needed: 1, strings: 5, stringsBytes: 10, soname: 14, rpath: 15, runpath: 29 } as const;

/** The names of the libraries that a file is linked with (`DT_NEEDED`). */
export function neededLibraries(elf: ElfFile, read: ReadAt): readonly string[] {
  return dynamicStrings(elf, read, [dynamicTags.needed]);
}

/** The name under which a library is asked for (`DT_SONAME`); undefined for a program or a module without one. */
export function ownSoname(elf: ElfFile, read: ReadAt): string | undefined {
  return dynamicStrings(elf, read, [dynamicTags.soname])[0];
}

/** Where a file looks for libraries first (`DT_RPATH`, `DT_RUNPATH`), `$ORIGIN` as it stands there. */
export function libraryFolders(elf: ElfFile, read: ReadAt): readonly string[] {
  const texts = dynamicStrings(elf, read, [dynamicTags.rpath, dynamicTags.runpath]);
  return texts.flatMap((text) => text.split(':')).filter((folder) => folder !== '');
}

function dynamicStrings(elf: ElfFile, read: ReadAt, tags: readonly number[]): readonly string[] {
  const width = elf.is64Bit ? 8 : 4;
  const dynamic = elf.segments.find(({ type }) => type === elfTypes.dynamic);
  if (dynamic === undefined || dynamic.fileBytes > mostTableBytes) return [];
  if (!isInside(elf, dynamic.offset, dynamic.fileBytes)) return [];
  const bytes = Buffer.alloc(dynamic.fileBytes);
  read(bytes, dynamic.offset);
  const { word } = elfFields(bytes, elf);
  const entries = Array.from({ length: Math.floor(bytes.length / (2 * width)) }, (_, number) => ({
    tag: word(number * 2 * width),
    value: word(number * 2 * width + width),
  }));
  const valueUnder = (wanted: number): number | undefined => entries.find(({ tag }) => tag === wanted)?.value;
  const starts = entries.filter(({ tag }) => tags.includes(tag)).map(({ value }) => value);
  const [address, sizeBytes] = [valueUnder(dynamicTags.strings), valueUnder(dynamicTags.stringsBytes)];
  if (starts.length === 0 || address === undefined || sizeBytes === undefined) return [];
  const load = elf.segments.find(
    (one) => one.type === elfTypes.load && one.address <= address && address < one.address + one.fileBytes,
  );
  const offset = load === undefined ? -1 : address - load.address + load.offset;
  if (offset < 0 || !isInside(elf, offset, sizeBytes)) return [];
  return starts
    .filter((start) => start < sizeBytes)
    .map((start) => nameAt(elf, read, offset + start))
    .filter((name) => name !== '');
}

/** A name or list of folders; the string table around it has many megabytes where symbols have C++ names. */
function nameAt(elf: ElfFile, read: ReadAt, offset: number): string {
  const bytes = Buffer.alloc(Math.min(4096, elf.sizeBytes - offset));
  read(bytes, offset);
  return textAt(bytes, 0);
}

function isInside(elf: ElfFile, offset: number, sizeBytes: number): boolean {
  return sizeBytes > 0 && offset + sizeBytes <= elf.sizeBytes;
}
