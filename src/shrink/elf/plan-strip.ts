import {
  type ElfFile,
  type ElfSection,
  elfHeaderBytes,
  elfTypes,
  type ReadAt,
} from '../../filetree/index.ts';

/** A stretch of the new file: bytes of the old one, or new ones. */
export type StripPiece = { readonly offset: number; readonly sizeBytes: number } | { readonly bytes: Buffer };

/** An ELF file without its symbol table and debugging information, as pieces one after another. */
export interface StripPlan {
  readonly sizeBytes: number;
  readonly pieces: readonly StripPiece[];
}

/** Why a file with something to strip is left as it is. */
export interface StripRefusal {
  readonly refusal: string;
}

/** Less is not worth a changed file. */
const leastBytes = 4096;
/** The smallest page that a loader maps by. */
const pageBytes = 4096;

/**
 * Plans an ELF file without what `strip --strip-unneeded` takes off (symbol table, debugging sections), so that no byte that a
 * loader maps changes: whole stretches of the file move down, by multiples of their segments' alignment, and only offsets in
 * the tables follow. (GNU strip lays segments out anew, and what patchelf has appended is then no longer page-aligned: glibc
 * refuses it.) Sections keep their numbers: a section that went leaves an inactive header. Undefined where
 * there is nothing to win.
 */
export function planStrip(elf: ElfFile, read: ReadAt): StripPlan | StripRefusal | undefined {
  const doomed = doomedSections(elf);
  const doomedBytes = [...doomed].reduce((sum, number) => sum + (elf.sections[number]?.sizeBytes ?? 0), 0);
  if (doomedBytes < leastBytes) return undefined;
  const refusal = refusalOf(elf) ?? refusalOfRanges(elf, doomed);
  if (refusal !== undefined) return { refusal };
  const kept = keptRanges(elf, doomed);
  const gaps = gapsBetween(elf, [...kept, ...doomedRanges(elf, doomed), tableRange(elf.sectionTable)]);
  const filled = gaps.filter((gap) => !isZero(read, gap));
  if (filled.some(({ end }) => end === elf.sizeBytes)) return { refusal: 'data is appended to it' };
  const chunks = placed(elf, merged([...kept, ...filled]));
  const plan = assemble(elf, doomed, chunks);
  if (elf.sizeBytes - plan.sizeBytes < leastBytes) return undefined;
  return plan;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** A stretch of the old file with its place in the new one. */
interface Chunk extends Range {
  readonly newStart: number;
}

function refusalOf(elf: ElfFile): string | undefined {
  if (!elf.is64Bit || !elf.isLittleEndian) return 'it is no 64-bit little-endian file';
  if (elf.type !== elfTypes.shared && elf.type !== elfTypes.executable)
    return 'it is neither library nor program';
  if (elf.sectionTable.entryBytes !== 64 || elf.segmentTable.entryBytes !== 56)
    return 'its tables are unusual';
  if (elf.sections[elf.namesSection] === undefined) return 'its sections have no names';
  for (const one of elf.segments) {
    if (one.offset + one.fileBytes > elf.sizeBytes) return 'it is cut off';
    if (one.type !== elfTypes.load) continue;
    if (one.fileBytes === 0 && one.memoryBytes > 0) return 'a segment has no bytes in the file';
    const alignment = Math.max(one.alignment, pageBytes);
    if ((one.address - one.offset) % alignment !== 0) return 'its segments are not aligned';
  }
  return undefined;
}

function refusalOfRanges(elf: ElfFile, doomed: ReadonlySet<number>): string | undefined {
  const kept = keptRanges(elf, doomed);
  for (const one of doomedRanges(elf, doomed)) {
    if (one.end > elf.sizeBytes) return 'it is cut off';
    if (kept.some(({ start, end }) => start < one.end && one.start < end)) {
      return 'its debugging information lies in what is loaded';
    }
  }
  return kept.some(({ end }) => end > elf.sizeBytes) ? 'it is cut off' : undefined;
}

const debuggingNames =
  /^\.(?:z?debug|gnu\.debuglto_\.debug_|gnu\.linkonce\.wi\.|line$|stab|gdb_index$|rela?\.(?:z?debug|stab))/;

/** The numbers of the sections that go (GNU binutils, objcopy.c and elf.c: `--strip-unneeded`). */
function doomedSections({ sections, namesSection }: ElfFile): ReadonlySet<number> {
  const doomed = new Set<number>();
  for (const [number, section] of sections.entries()) {
    if (section.type === elfTypes.noBits || isAllocated(section) || section.type === elfTypes.noSection)
      continue;
    if (section.type === elfTypes.symbols || section.type === elfTypes.symbolIndexes) doomed.add(number);
    else if (debuggingNames.test(section.name)) doomed.add(number);
  }
  for (const number of [...doomed]) {
    const section = sections[number];
    if (section?.type !== elfTypes.symbols || section.link === namesSection) continue;
    const strings = sections[section.link];
    const isShared = sections.some(
      (other, at) => !doomed.has(at) && at !== section.link && other.link === section.link,
    );
    if (strings?.type === elfTypes.strings && !isAllocated(strings) && !isShared) doomed.add(section.link);
  }
  return doomed;
}

function isAllocated({ flags }: ElfSection): boolean {
  return flags % 4 >= elfTypes.allocated;
}

function doomedRanges({ sections }: ElfFile, doomed: ReadonlySet<number>): Range[] {
  return [...doomed].flatMap((number) => rangeOf(sections[number]));
}

function rangeOf(section: ElfSection | undefined): Range[] {
  if (section === undefined || section.sizeBytes === 0 || section.type === elfTypes.noBits) return [];
  if (section.type === elfTypes.noSection) return [];
  return [{ start: section.offset, end: section.offset + section.sizeBytes }];
}

function tableRange({ offset, entryBytes, count }: ElfFile['sectionTable']): Range {
  return { start: offset, end: offset + entryBytes * count };
}

function keptRanges(elf: ElfFile, doomed: ReadonlySet<number>): Range[] {
  const segments = elf.segments
    .filter(({ fileBytes }) => fileBytes > 0)
    .map(({ offset, fileBytes }) => ({ start: offset, end: offset + fileBytes }));
  const sections = elf.sections.flatMap((section, number) => (doomed.has(number) ? [] : rangeOf(section)));
  return [{ start: 0, end: elfHeaderBytes }, tableRange(elf.segmentTable), ...segments, ...sections].filter(
    ({ start, end }) => end > start,
  );
}

/** Stretches that overlap or touch, as one. */
function merged(ranges: readonly Range[]): Range[] {
  const result: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((one, other) => one.start - other.start)) {
    const last = result.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else result.push({ start, end });
  }
  return result;
}

function gapsBetween(elf: ElfFile, ranges: readonly Range[]): Range[] {
  const gaps: Range[] = [];
  let at = 0;
  for (const { start, end } of merged(ranges)) {
    if (start > at) gaps.push({ start: at, end: start });
    at = end;
  }
  return at < elf.sizeBytes ? [...gaps, { start: at, end: elf.sizeBytes }] : gaps;
}

const window = Buffer.alloc(64 * 1024);

function isZero(read: ReadAt, { start, end }: Range): boolean {
  for (let at = start; at < end; at += window.length) {
    const part = window.subarray(0, Math.min(window.length, end - at));
    read(part, at);
    if (part.some((byte) => byte !== 0)) return false;
  }
  return true;
}

/** Each stretch as far down as its alignment lets it. */
function placed(elf: ElfFile, ranges: readonly Range[]): Chunk[] {
  let cursor = 0;
  return ranges.map(({ start, end }) => {
    const alignment = alignmentOf(elf, { start, end });
    const newStart = cursor + ((((start - cursor) % alignment) + alignment) % alignment);
    cursor = newStart + end - start;
    return { start, end, newStart };
  });
}

function alignmentOf({ segments, sections }: ElfFile, range: Range): number {
  const isIn = (offset: number): boolean => offset >= range.start && offset < range.end;
  const inSegments = segments
    .filter(({ offset, fileBytes }) => fileBytes > 0 && isIn(offset))
    .map(({ type, alignment }) => (type === elfTypes.load ? Math.max(alignment, pageBytes) : alignment));
  const inSections = sections.filter(({ offset }) => isIn(offset)).map(({ alignment }) => alignment);
  return Math.max(8, ...inSegments, ...inSections);
}

function assemble(elf: ElfFile, doomed: ReadonlySet<number>, chunks: readonly Chunk[]): StripPlan {
  const moved = (offset: number): number => {
    const chunk = chunks.find(({ start, end }) => offset >= start && offset < end);
    // Where nothing is stored (`.bss`), the place is a convention: the end of what is before it.
    const before = chunk ?? chunks.findLast(({ end }) => end <= offset);
    if (before === undefined) return offset;
    return before.newStart + Math.min(offset, before.end) - before.start;
  };
  const last = chunks.at(-1);
  const contentBytes = last === undefined ? 0 : last.newStart + last.end - last.start;
  const tableOffset = Math.ceil(contentBytes / 8) * 8;
  const sections = sectionTable(elf, doomed, moved);
  const segmentsAt = moved(elf.segmentTable.offset);
  const header = Buffer.from(elf.header);
  writeWord(header, 32, segmentsAt);
  writeWord(header, 40, tableOffset);
  header.writeUInt16LE(sections.length / 64, 60);
  const segments = Buffer.from(elf.segmentTable.bytes);
  for (const [number, { offset, fileBytes }] of elf.segments.entries()) {
    if (fileBytes > 0) writeWord(segments, number * 56 + 8, moved(offset));
  }
  const patches = [
    { at: 0, bytes: header },
    { at: segmentsAt, bytes: segments },
  ];
  const pieces = [
    ...patched(padded(chunks), patches),
    { bytes: Buffer.alloc(tableOffset - contentBytes) },
    { bytes: sections },
  ];
  return { sizeBytes: tableOffset + sections.length, pieces: pieces.filter((one) => pieceBytes(one) > 0) };
}

function sectionTable(elf: ElfFile, doomed: ReadonlySet<number>, moved: (offset: number) => number): Buffer {
  const count = elf.sections.findLastIndex((_, number) => !doomed.has(number)) + 1;
  const table = Buffer.from(elf.sectionTable.bytes.subarray(0, count * 64));
  for (let number = 0; number < count; number++) {
    const section = elf.sections[number];
    if (doomed.has(number)) table.fill(0, number * 64, (number + 1) * 64);
    else if (section !== undefined && section.type !== elfTypes.noSection) {
      writeWord(table, number * 64 + 24, moved(section.offset));
    }
  }
  return table;
}

function writeWord(bytes: Buffer, at: number, value: number): void {
  bytes.writeBigUInt64LE(BigInt(value), at);
}

function padded(chunks: readonly Chunk[]): StripPiece[] {
  let cursor = 0;
  return chunks.flatMap(({ start, end, newStart }): StripPiece[] => {
    const gap = newStart - cursor;
    cursor = newStart + end - start;
    return [{ bytes: Buffer.alloc(gap) }, { offset: start, sizeBytes: end - start }];
  });
}

/** The pieces with the bytes at some places of the new file replaced. */
function patched(
  pieces: readonly StripPiece[],
  patches: readonly { readonly at: number; readonly bytes: Buffer }[],
): StripPiece[] {
  return [...patches].reduce<StripPiece[]>(
    (result, patch) => {
      const end = patch.at + patch.bytes.length;
      let at = 0;
      return result.flatMap((piece): StripPiece[] => {
        const [start, length] = [at, pieceBytes(piece)];
        at += length;
        if (start + length <= patch.at || start >= end) return [piece];
        // The piece that the patch begins in brings it along.
        const own = patch.at >= start ? [...cut(piece, 0, patch.at - start), { bytes: patch.bytes }] : [];
        return [...own, ...cut(piece, Math.min(length, end - start), length)];
      });
    },
    [...pieces],
  );
}

function cut(piece: StripPiece, from: number, to: number): StripPiece[] {
  if (to <= from) return [];
  if ('bytes' in piece) return [{ bytes: piece.bytes.subarray(from, to) }];
  return [{ offset: piece.offset + from, sizeBytes: to - from }];
}

/** How long a piece is, in bytes. */
export function pieceBytes(piece: StripPiece): number {
  return 'bytes' in piece ? piece.bytes.length : piece.sizeBytes;
}
