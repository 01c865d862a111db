import { elfFields } from './elf-fields.ts';

// An ELF file (ELF-64 Object File Format): header, segments, sections' bytes, and mostly at the end the section headers.
//   7f "ELF" | 1: 32 bit, 2: 64 bit | 1: little, 2: big endian | …
//   type at 16 | section headers: place at 32 (40), size of one at 46 (58), count at 48 (60), that of the names at 50 (62)
//   a section header: name 0 | type 4 | flags 8 | place 16 (24) | size 20 (32) | link 24 (40)      (in brackets: 64 bit)

/** Where an ELF file says that its section headers are. */
export interface ElfHeader {
  readonly is64Bit: boolean;
  readonly isLittleEndian: boolean;
  readonly kind: 'relocatable' | 'executable' | 'shared' | 'core' | 'other';
  /** In bytes from the start of the file. */
  readonly tableOffset: number;
  readonly headerBytes: number;
  readonly sectionCount: number;
  /** Number of the section that holds the sections' names. */
  readonly namesSection: number;
}

/** One section, its name still a place in the section of names. */
export interface ElfSection {
  readonly nameOffset: number;
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly sizeBytes: number;
  /** Number of another section: for a symbol table that of its strings. */
  readonly link: number;
}

/** Bytes that `parseElfHeader` needs. */
export const elfHeaderBytes = 64;

const kinds: readonly ElfHeader['kind'][] = ['other', 'relocatable', 'executable', 'shared', 'core'];

/** Reads the start of a file; undefined when it is no ELF file. */
export function parseElfHeader(start: Buffer): ElfHeader | undefined {
  if (start.length < elfHeaderBytes || start.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const is64Bit = start[4] === 2;
  const isLittleEndian = start[5] !== 2;
  const fields = elfFields(start, { is64Bit, isLittleEndian });
  return {
    is64Bit,
    isLittleEndian,
    kind: kinds[fields.half(16)] ?? 'other',
    tableOffset: fields.word(is64Bit ? 40 : 32),
    headerBytes: fields.half(is64Bit ? 58 : 46),
    sectionCount: fields.half(is64Bit ? 60 : 48),
    namesSection: fields.half(is64Bit ? 62 : 50),
  };
}

/** Reads the section headers of a file; empty where the header describes none that can be. */
export function parseElfSections(header: ElfHeader, table: Buffer): readonly ElfSection[] {
  const { is64Bit, isLittleEndian, headerBytes } = header;
  const count = Math.min(header.sectionCount, Math.floor(table.length / Math.max(headerBytes, 1)));
  if (headerBytes < (is64Bit ? 64 : 40)) return [];
  const fields = elfFields(table, { is64Bit, isLittleEndian });
  const sections: ElfSection[] = [];
  for (let at = 0; sections.length < count; at += headerBytes) {
    sections.push({
      nameOffset: fields.int(at),
      type: fields.int(at + 4),
      flags: fields.word(at + 8),
      offset: fields.word(at + (is64Bit ? 24 : 16)),
      sizeBytes: fields.word(at + (is64Bit ? 32 : 20)),
      link: fields.int(at + (is64Bit ? 40 : 24)),
    });
  }
  return sections;
}

const sectionTypes = { symbols: 2, strings: 3, noBits: 8, symbolIndexes: 18 } as const;
const allocatedFlag = 2;
const mergedStringsFlags = 0x30;

/** Longer than what compilers write of themselves into sections that are neither loaded nor debugging information. */
const commentBytes = 4096;

/**
 * The bytes that `strip --strip-unneeded` (GNU binutils, objcopy.c and elf.c) takes off: the symbol table with its strings
 * and all debugging sections, with their headers; an object file keeps its symbols, which linking needs. `names` is the
 * content of the section of names; without it, large sections that are not loaded are taken for debugging information.
 */
export function strippableBytes(
  header: ElfHeader,
  sections: readonly ElfSection[],
  names: Buffer | undefined,
): number {
  const doomed = new Set<number>();
  const hasNeededSymbols = header.kind !== 'executable' && header.kind !== 'shared';
  for (const [number, section] of sections.entries()) {
    if (section.type === sectionTypes.noBits || (section.flags & allocatedFlag) !== 0) continue;
    if (section.type === sectionTypes.symbols) {
      if (hasNeededSymbols) continue;
      doomed.add(number);
      // Some linkers keep the sections' names and the symbols' in one section, which stays.
      if (section.link !== header.namesSection) doomed.add(section.link);
    } else if (section.type === sectionTypes.symbolIndexes) {
      if (!hasNeededSymbols) doomed.add(number);
    } else if (section.type !== sectionTypes.strings && isDebugging(section, names)) {
      doomed.add(number);
    }
  }
  return [...doomed].reduce(
    (sum, number) => sum + (sections[number]?.sizeBytes ?? 0) + header.headerBytes,
    0,
  );
}

const debuggingNames =
  /^\.(?:z?debug|gnu\.debuglto_\.debug_|gnu\.linkonce\.wi\.|line$|stab|gdb_index$|rela?\.(?:z?debug|stab))/;

function isDebugging(section: ElfSection, names: Buffer | undefined): boolean {
  const programBits = 1;
  if (names === undefined) {
    const isComment = (section.flags & mergedStringsFlags) !== 0 && section.sizeBytes <= commentBytes;
    return section.type === programBits && !isComment && section.sizeBytes > 64;
  }
  const end = names.indexOf(0, section.nameOffset);
  return debuggingNames.test(names.toString('latin1', section.nameOffset, end === -1 ? names.length : end));
}
