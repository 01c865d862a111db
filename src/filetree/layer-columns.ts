import type { ContentPack } from './content-pack.ts';
import { contentReader } from './content-pack.ts';
import { fingerprintBytes } from './file-facts.ts';
import { fileFormats } from './file-format.ts';
import type { EntryType, LayerEntry, LayerIndex } from './layer-index.ts';

/** Every entry type at its number in the `types` column. */
export const entryTypes: readonly EntryType[] = [
  'file',
  'directory',
  'symlink',
  'hardlink',
  'character-device',
  'block-device',
  'fifo',
  'whiteout',
  'opaque-whiteout',
];

/** Length of a content hash (sha256), in bytes. */
export const hashBytes = 32;

/** A layer's entries as columns: position n of each column belongs to entry n. */
export interface LayerColumns {
  readonly diffId: string;
  readonly tarBytes: number;
  /** Length of the stored blob, compressed or not, that it was read from. */
  readonly storedBytes: number;
  /** Every directory, name and link target once; number 0 is ''. */
  readonly strings: readonly string[];
  readonly types: Uint8Array;
  readonly sizes: Float64Array;
  readonly modes: Uint16Array;
  readonly uids: Uint32Array;
  readonly gids: Uint32Array;
  readonly times: Float64Array;
  /** Numbers in `strings`, as are `names` and `links`. */
  readonly directories: Uint32Array;
  readonly names: Uint32Array;
  readonly links: Uint32Array;
  /** Numbers in `strings` too, of what few entries have (`EntryDetails`) as JSON; 0 for none. */
  readonly details: Uint32Array;
  /** 32 bytes an entry, zeros for those without content; empty when nothing was hashed. */
  readonly hashes: Uint8Array;
  readonly facts: FactColumns;
  readonly contents: ContentPack;
}

/** What is known of the larger files only: row n of each column belongs to the entry at `positions[n]`, ascending. */
export interface FactColumns {
  readonly positions: Uint32Array;
  /** Where the content begins, in bytes from the start of the tar; -1 where it is not known. No part of the entries. */
  readonly offsets: Float64Array;
  /** 16 bytes a row. */
  readonly fingerprints: Uint8Array;
  /** Number in `fileFormats` plus one; 0 for none. */
  readonly formats: Uint8Array;
  /** -1 where it is not known. */
  readonly strippable: Float64Array;
  /** The content's CRC-32 of files that streamed by whole; -1 where it is not known. No part of the entries. */
  readonly checksums: Float64Array;
}

const columnsOfIndexes = new WeakMap<LayerIndex, LayerColumns>();

/** The columns that an index reads from; undefined for an index that was made in another way. */
export function columnsOf(index: LayerIndex): LayerColumns | undefined {
  return columnsOfIndexes.get(index);
}

/** The index that reads from columns. */
export function layerIndexOf(columns: LayerColumns): LayerIndex {
  const entryCount = columns.types.length;
  const entry = (position: number): LayerEntry => entryAt(columns, position);
  const read = contentReader(columns.contents);
  let items: Map<number, number> | undefined;
  const contentAt = (position: number): Uint8Array | undefined => {
    items ??= new Map(Array.from(columns.contents.positions, (owner, item) => [owner, item]));
    const item = items.get(position);
    return item === undefined ? undefined : read(item);
  };
  let shown: Map<string, number> | undefined;
  const index: LayerIndex = {
    diffId: columns.diffId,
    tarBytes: columns.tarBytes,
    contentBytes: columns.sizes.reduce((sum, sizeBytes) => sum + sizeBytes, 0),
    entryCount,
    entry,
    *entries() {
      for (let position = 0; position < entryCount; position++) yield entry(position);
    },
    content(path) {
      shown ??= shownContents(columns);
      return contentAt(shown.get(path) ?? -1);
    },
    contentAt,
  };
  columnsOfIndexes.set(index, columns);
  return index;
}

/** The position of each captured content by its path, unless a later entry of the layer takes that path. */
function shownContents(columns: LayerColumns): Map<string, number> {
  const { directories, names, types, contents } = columns;
  // Strings are kept once, so that equal numbers mean equal paths.
  const key = (position: number): number => (directories[position] ?? 0) * 2 ** 32 + (names[position] ?? 0);
  const shown = new Map(Array.from(contents.positions, (position) => [key(position), position]));
  for (let position = 0; position < types.length; position++) {
    const before = shown.get(key(position));
    const isHiding = types[position] !== whiteoutNumber && types[position] !== opaqueNumber;
    if (before !== undefined && before < position && isHiding) shown.delete(key(position));
  }
  return new Map(Array.from(shown.values(), (position) => [pathAt(columns, position), position]));
}

const [whiteoutNumber, opaqueNumber] = [
  entryTypes.indexOf('whiteout'),
  entryTypes.indexOf('opaque-whiteout'),
];

/** The path of the entry at a position. */
export function pathAt(columns: LayerColumns, position: number): string {
  const directory = columns.strings[columns.directories[position] ?? 0] ?? '';
  const name = columns.strings[columns.names[position] ?? 0] ?? '';
  return directory === '' ? name : `${directory}/${name}`;
}

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** The entry at a position; throws a `RangeError` where there is none. */
export function entryAt(columns: LayerColumns, position: number): LayerEntry {
  if (!(position >= 0 && position < columns.types.length))
    throw new RangeError(`there is no entry ${position}`);
  const entry: Writable<LayerEntry> = {
    path: pathAt(columns, position),
    type: entryTypes[columns.types[position] ?? 0] ?? 'file',
    sizeBytes: columns.sizes[position] ?? 0,
    mode: columns.modes[position] ?? 0,
    uid: columns.uids[position] ?? 0,
    gid: columns.gids[position] ?? 0,
    mtimeSeconds: columns.times[position] ?? 0,
  };
  const link = columns.links[position] ?? 0;
  if (link !== 0) entry.linkTarget = columns.strings[link] ?? '';
  const details = columns.details[position] ?? 0;
  if (details !== 0) Object.assign(entry, parseDetails(columns.strings[details] ?? ''));
  if (entry.type === 'file') {
    const hash = columns.hashes.length === 0 ? undefined : hashAt(columns, position);
    if (hash !== undefined) entry.contentHash = hexOf(hash);
    addFacts(entry, columns.facts, position);
  }
  return entry;
}

/** What few entries have. */
export type EntryDetails = Pick<LayerEntry, 'device' | 'attributes' | 'realBytes'>;

/** An entry's details as they are kept: '' for none. */
export function formatDetails({ device, attributes, realBytes }: EntryDetails): string {
  if (device === undefined && attributes === undefined && realBytes === undefined) return '';
  return JSON.stringify({ device, attributes, realBytes });
}

function parseDetails(text: string): EntryDetails {
  // `formatDetails` wrote it, and the index is summed up.
  return JSON.parse(text) as EntryDetails;
}

/** The sha256 of a file's content; undefined where it is not known. */
export function hashAt({ hashes }: LayerColumns, position: number): Uint8Array | undefined {
  const hash = hashes.subarray(position * hashBytes, (position + 1) * hashBytes);
  return hash.some((byte) => byte !== 0) ? hash : undefined;
}

/** Where a larger file's content begins in the tar; undefined where it is not known. */
export function offsetAt({ facts }: LayerColumns, position: number): number | undefined {
  const offset = facts.offsets[factRow(facts, position)] ?? -1;
  return offset === -1 ? undefined : offset;
}

/** The CRC-32 of a larger file's content; undefined where it is not known. */
export function checksumAt({ facts }: LayerColumns, position: number): number | undefined {
  const checksum = facts.checksums[factRow(facts, position)] ?? -1;
  return checksum === -1 ? undefined : checksum;
}

function addFacts(entry: Writable<LayerEntry>, facts: FactColumns, position: number): void {
  const row = factRow(facts, position);
  if (row === -1) return;
  entry.fingerprint = hexOf(
    facts.fingerprints.subarray(row * fingerprintBytes, (row + 1) * fingerprintBytes),
  );
  const format = fileFormats[(facts.formats[row] ?? 0) - 1];
  if (format !== undefined) entry.format = format;
  const strippable = facts.strippable[row] ?? -1;
  if (strippable >= 0) entry.strippableBytes = strippable;
}

/** The row of facts on an entry, found by halving; -1 where there is none. */
export function factRow({ positions }: FactColumns, position: number): number {
  let low = 0;
  let high = positions.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = positions[middle] ?? 0;
    if (found === position) return middle;
    if (found < position) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
