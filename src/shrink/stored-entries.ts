import type { EntryPlace } from '../filetree/index.ts';
import { fieldKeys, type SparseMap, type TarEntry, tarEntryTypes } from '../tar/index.ts';

/** An entry of an old layer's tar as a new layer needs it: all but its path, and when it was last read or changed in other ways. */
export type StoredEntry = Omit<TarEntry, 'path'>;

/** Entries of old layers by their place. */
export interface StoredEntries {
  at(place: EntryPlace): StoredEntry | undefined;
}

/** What is being collected. */
export interface EntryCollection extends StoredEntries {
  /** `entryCount` is that of the place's layer. */
  add(place: EntryPlace, entry: TarEntry, entryCount: number): void;
}

/** Entries of a layer as columns: an image of 100,000 files costs a few MB. */
interface Columns {
  /** Number in `tarEntryTypes` plus one; 0 for no entry. */
  readonly types: Uint8Array;
  /** Number in the list of modes with owners, which files have in common. */
  readonly rights: Uint32Array;
  /** Modification times: whole seconds since 1970, and nanoseconds beside them. */
  readonly seconds: Float64Array;
  readonly nanoseconds: Uint32Array;
  readonly sizes: Float64Array;
  readonly offsets: Float64Array;
  readonly details: Map<number, Details>;
}

/** What few entries have. */
interface Details {
  readonly linkPath: string;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  readonly pax: ReadonlyMap<string, string>;
  readonly sparse?: SparseMap;
}

type Rights = Pick<TarEntry, 'mode' | 'uid' | 'gid' | 'userName' | 'groupName'>;

const noDetails: Details = { linkPath: '', deviceMajor: 0, deviceMinor: 0, pax: new Map() };
const noRights: Rights = { mode: 0, uid: 0, gid: 0, userName: '', groupName: '' };

/** An empty collection of entries. */
export function entryCollection(): EntryCollection {
  const layers = new Map<number, Columns>();
  const rights: Rights[] = [];
  const numbers = new Map<string, number>();
  const rightsOf = ({ mode, uid, gid, userName, groupName }: Rights): number => {
    const key = `${mode} ${uid} ${gid} ${userName}\0${groupName}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, rights.length);
    return rights.push({ mode, uid, gid, userName, groupName }) - 1;
  };
  return {
    add({ layer, position }, entry, entryCount) {
      const columns = layers.get(layer) ?? emptyColumns(entryCount);
      layers.set(layer, columns);
      columns.types[position] = tarEntryTypes.indexOf(entry.type) + 1;
      columns.rights[position] = rightsOf(entry);
      const time = exactTime(entry);
      columns.seconds[position] = time?.seconds ?? entry.mtimeSeconds;
      columns.nanoseconds[position] = time?.nanoseconds ?? 0;
      columns.sizes[position] = entry.sizeBytes;
      columns.offsets[position] = entry.bodyOffset;
      const details = detailsOf(entry);
      if (details !== undefined) columns.details.set(position, details);
    },
    at({ layer, position }) {
      const columns = layers.get(layer);
      return columns && storedEntry(columns, position, rights);
    },
  };
}

function emptyColumns(entryCount: number): Columns {
  return {
    types: new Uint8Array(entryCount),
    rights: new Uint32Array(entryCount),
    seconds: new Float64Array(entryCount),
    nanoseconds: new Uint32Array(entryCount),
    sizes: new Float64Array(entryCount),
    offsets: new Float64Array(entryCount),
    details: new Map(),
  };
}

// PAX records that say again what the entry's own properties say; nobody restores the times of reading and of changes of the inode.
const passedOver: ReadonlySet<string> = new Set([...fieldKeys, 'atime', 'ctime']);

function detailsOf(entry: TarEntry): Details | undefined {
  const { linkPath, deviceMajor, deviceMinor, pax, sparse } = entry;
  const records = new Map([...pax].filter(([key]) => !passedOver.has(key)));
  const time = pax.get('mtime');
  if (time !== undefined && exactTime(entry) === undefined) records.set('mtime', time);
  const isPlain = linkPath === '' && deviceMajor === 0 && deviceMinor === 0 && records.size === 0;
  if (isPlain && sparse === undefined) return undefined;
  return { linkPath, deviceMajor, deviceMinor, pax: records, ...(sparse && { sparse }) };
}

/** `1700000000.25`, which a number of seconds holds no more than about microseconds of; undefined for what is written otherwise. */
function exactTime({
  pax,
}: TarEntry): { readonly seconds: number; readonly nanoseconds: number } | undefined {
  const [, seconds, fraction] = /^(\d{1,15})\.(\d{1,9})$/.exec(pax.get('mtime') ?? '') ?? [];
  if (seconds === undefined || fraction === undefined) return undefined;
  return { seconds: Number(seconds), nanoseconds: Number(fraction.padEnd(9, '0')) };
}

function timeText(seconds: number, nanoseconds: number): string {
  return `${seconds}.${String(nanoseconds).padStart(9, '0')}`.replace(/0+$/, '');
}

function storedEntry(columns: Columns, position: number, rights: readonly Rights[]): StoredEntry | undefined {
  const type = tarEntryTypes[(columns.types[position] ?? 0) - 1];
  if (type === undefined) return undefined;
  const details = columns.details.get(position) ?? noDetails;
  const [seconds = 0, nanoseconds = 0] = [columns.seconds[position], columns.nanoseconds[position]];
  const time = nanoseconds === 0 ? undefined : timeText(seconds, nanoseconds);
  return {
    type,
    sizeBytes: columns.sizes[position] ?? 0,
    mtimeSeconds: time === undefined ? seconds : Number(time),
    bodyOffset: columns.offsets[position] ?? 0,
    ...(rights[columns.rights[position] ?? 0] ?? noRights),
    ...details,
    ...(time !== undefined && { pax: new Map([...details.pax, ['mtime', time]]) }),
  };
}
