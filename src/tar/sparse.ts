import { blockBytes, paddedBytes, parseNumber } from './header.ts';
import { type PaxRecords, paxNumber } from './pax-records.ts';
import { readWhole, type TarTalk } from './steps.ts';
import { type SparseMap, TarError } from './tar-entry.ts';

// Sparse files come in four formats:
//   old GNU   type S; extents in the header block and in blocks after it
//   PAX 0.0   GNU.sparse.size, then GNU.sparse.offset and GNU.sparse.numbytes over and over
//   PAX 0.1   GNU.sparse.size, GNU.sparse.map=offset,size,offset,size
//   PAX 1.0   GNU.sparse.major=1, minor=0, realsize; the map at the start of the body

/** A sparse file's map, and the bytes before the content that the map takes. */
export interface FoundSparse {
  readonly map: SparseMap;
  /** Bytes of content that are stored, the map not counted. */
  readonly sizeBytes: number;
  /** Bytes from the end of the header block to the content. */
  readonly leadBytes: number;
}

/** A file as its header declares it. */
export interface DeclaredFile {
  readonly block: Buffer;
  readonly isOldGnu: boolean;
  readonly pax: PaxRecords;
  readonly storedBytes: number;
  /** Where the header block ends. */
  readonly offset: number;
}

/** Reads the sparse map of a file that is sparse (GNU tar manual, "Storing Sparse Files"); undefined for all others. */
export function* readSparse(file: DeclaredFile): TarTalk<FoundSparse | undefined> {
  const { pax, storedBytes, offset } = file;
  if (file.isOldGnu) return yield* readOldGnu(file);
  const realBytes =
    paxNumber(pax, 'GNU.sparse.realsize', offset) ?? paxNumber(pax, 'GNU.sparse.size', offset);
  if (realBytes === undefined) return undefined;
  const list = pax.get('GNU.sparse.map');
  if (pax.get('GNU.sparse.major') === '1' && pax.get('GNU.sparse.minor') === '0') {
    const { extents, mapBytes } = yield* readLeadingMap(file);
    const sizeBytes = storedBytes - mapBytes;
    return {
      map: checkedSparseMap(extents, { realBytes, storedBytes: sizeBytes }, offset),
      sizeBytes,
      leadBytes: mapBytes,
    };
  }
  if (list === undefined) return undefined;
  const extents = pairExtents(list.split(','), offset);
  return {
    map: checkedSparseMap(extents, { realBytes, storedBytes }, offset),
    sizeBytes: storedBytes,
    leadBytes: 0,
  };
}

/** The longest map that is read: 8 MiB, some 400,000 extents in each format. */
const mapLimitBytes = 8 * 1024 * 1024;

function* readOldGnu(file: DeclaredFile): TarTalk<FoundSparse> {
  const { block, offset, storedBytes } = file;
  const problem = (): TarError => new TarError('a sparse map is malformed', offset);
  const realBytes = parseNumber(block, 483, 12, problem);
  const extents = readGnuExtents(block, { start: 386, count: 4, offset });
  let leadBytes = 0;
  for (let isExtended = block[482] === 1; isExtended; ) {
    if (leadBytes >= mapLimitBytes) throw new TarError('a sparse map is too long', offset);
    const more = yield* readWhole(blockBytes, offset + leadBytes);
    extents.push(...readGnuExtents(more, { start: 0, count: 21, offset: offset + leadBytes }));
    leadBytes += blockBytes;
    isExtended = more[504] === 1;
  }
  return {
    map: checkedSparseMap(extents, { realBytes, storedBytes }, offset),
    sizeBytes: storedBytes,
    leadBytes,
  };
}

/** PAX format 1.0: the number of extents, then offset and size of each, one decimal a line, filled up to whole blocks. */
function* readLeadingMap(
  file: DeclaredFile,
): TarTalk<{ readonly extents: readonly Extent[]; readonly mapBytes: number }> {
  const { offset } = file;
  const limit = Math.min(paddedBytes(file.storedBytes), mapLimitBytes);
  const numbers: string[] = [];
  let rest = '';
  let mapBytes = 0;
  while (numbers.length === 0 || numbers.length < Number(numbers[0]) * 2 + 1) {
    if (mapBytes + blockBytes > limit || !/^\d{0,9}$/.test(numbers[0] ?? '')) {
      throw new TarError('a sparse map is malformed', offset);
    }
    const lines = `${rest}${(yield* readWhole(blockBytes, offset + mapBytes)).toString('latin1')}`.split(
      '\n',
    );
    rest = lines.pop() ?? '';
    numbers.push(...lines);
    mapBytes += blockBytes;
  }
  if (!/^\d{1,9}$/.test(numbers[0] ?? '')) throw new TarError('a sparse map is malformed', offset);
  return { extents: pairExtents(numbers.slice(1, Number(numbers[0]) * 2 + 1), offset), mapBytes };
}

/** A stretch of a sparse file that the archive stores. */
type Extent = SparseMap['extents'][number];

/** The old GNU format keeps four extents in the header and 21 in each block that follows, 24 bytes each. */
function readGnuExtents(
  block: Buffer,
  place: { readonly start: number; readonly count: number; readonly offset: number },
): Extent[] {
  const extents: Extent[] = [];
  const problem = (): TarError => new TarError('a sparse map is malformed', place.offset);
  for (let index = 0; index < place.count; index++) {
    const at = place.start + index * 24;
    if (block[at] === 0) break;
    extents.push({
      offset: parseNumber(block, at, 12, problem),
      sizeBytes: parseNumber(block, at + 12, 12, problem),
    });
  }
  return extents;
}

/** The decimal numbers of a PAX sparse map: `offset,size,offset,size` (0.1) or one a line (1.0). */
function pairExtents(numbers: readonly string[], offset: number): Extent[] {
  const values = numbers.map((text) => (/^\d{1,16}$/.test(text) ? Number(text) : Number.NaN));
  if (values.length % 2 !== 0 || !values.every(Number.isSafeInteger)) {
    throw new TarError('a sparse map is malformed', offset);
  }
  return Array.from({ length: values.length / 2 }, (_, index) => ({
    offset: values[index * 2] ?? 0,
    sizeBytes: values[index * 2 + 1] ?? 0,
  }));
}

/** Checks that the extents are ascending, lie inside the file and account for every stored byte. */
function checkedSparseMap(
  extents: readonly Extent[],
  sizes: { readonly realBytes: number; readonly storedBytes: number },
  offset: number,
): SparseMap {
  let end = 0;
  let stored = 0;
  for (const extent of extents) {
    if (extent.offset < end) throw new TarError('the extents of a sparse file overlap', offset);
    end = extent.offset + extent.sizeBytes;
    stored += extent.sizeBytes;
  }
  if (end > sizes.realBytes || stored !== sizes.storedBytes) {
    throw new TarError('a sparse map does not agree with the sizes of its file', offset);
  }
  return { realBytes: sizes.realBytes, extents };
}
