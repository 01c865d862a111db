import type { EntryType, LayerEntry, LayerIndex } from './layer-index.ts';

/** Every entry type at its number in the `types` column. */
const entryTypes: readonly EntryType[] = [
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
const hashBytes = 32;

/** A layer's entries as columns: position n of each column belongs to entry n. */
export interface LayerColumns {
  readonly diffId: string;
  readonly tarBytes: number;
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
  /** 32 bytes an entry, zeros for those without content; empty when nothing was hashed. */
  readonly hashes: Uint8Array;
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/** Collects entries into columns. */
export class LayerColumnsBuilder {
  readonly #strings: string[] = [''];
  readonly #numbers = new Map<string, number>([['', 0]]);
  readonly #rows: { readonly [Column in NumberColumn]: number[] } = {
    types: [],
    sizes: [],
    modes: [],
    uids: [],
    gids: [],
    times: [],
    directories: [],
    names: [],
    links: [],
  };
  readonly #hashes = new Map<number, Uint8Array>();
  readonly #contents = new Map<string, Uint8Array>();

  get entryCount(): number {
    return this.#rows.types.length;
  }

  /** Adds an entry and gives its position. A later entry of the same path takes an earlier one's captured content away. */
  add(entry: LayerEntry): number {
    const slash = entry.path.lastIndexOf('/');
    const rows = this.#rows;
    rows.types.push(entryTypes.indexOf(entry.type));
    rows.sizes.push(entry.sizeBytes);
    rows.modes.push(entry.mode);
    rows.uids.push(entry.uid);
    rows.gids.push(entry.gid);
    rows.times.push(entry.mtimeSeconds);
    rows.directories.push(this.#intern(entry.path.slice(0, Math.max(slash, 0))));
    rows.names.push(this.#intern(entry.path.slice(slash + 1)));
    rows.links.push(this.#intern(entry.linkTarget ?? ''));
    if (this.#contents.size > 0) this.#contents.delete(entry.path);
    return rows.types.length - 1;
  }

  setHash(position: number, hash: Uint8Array): void {
    this.#hashes.set(position, hash);
  }

  setContent(path: string, content: Uint8Array): void {
    this.#contents.set(path, content);
  }

  finish(layer: {
    readonly diffId: string;
    readonly tarBytes: number;
    readonly isHashed: boolean;
  }): LayerColumns {
    const rows = this.#rows;
    const hashes = new Uint8Array(layer.isHashed ? this.entryCount * hashBytes : 0);
    for (const [position, hash] of this.#hashes) hashes.set(hash, position * hashBytes);
    return {
      diffId: layer.diffId,
      tarBytes: layer.tarBytes,
      strings: this.#strings,
      types: Uint8Array.from(rows.types),
      sizes: Float64Array.from(rows.sizes),
      modes: Uint16Array.from(rows.modes),
      uids: Uint32Array.from(rows.uids),
      gids: Uint32Array.from(rows.gids),
      times: Float64Array.from(rows.times),
      directories: Uint32Array.from(rows.directories),
      names: Uint32Array.from(rows.names),
      links: Uint32Array.from(rows.links),
      hashes,
      contents: this.#contents,
    };
  }

  #intern(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#strings.length;
    this.#strings.push(text);
    this.#numbers.set(text, number);
    return number;
  }
}

type NumberColumn =
  | 'types'
  | 'sizes'
  | 'modes'
  | 'uids'
  | 'gids'
  | 'times'
  | 'directories'
  | 'names'
  | 'links';

/** The index that reads from columns. */
export function layerIndexOf(columns: LayerColumns): LayerIndex {
  const entryCount = columns.types.length;
  const entry = (position: number): LayerEntry => entryAt(columns, position);
  return {
    diffId: columns.diffId,
    tarBytes: columns.tarBytes,
    contentBytes: columns.sizes.reduce((sum, sizeBytes) => sum + sizeBytes, 0),
    entryCount,
    entry,
    *entries() {
      for (let position = 0; position < entryCount; position++) yield entry(position);
    },
    content: (path) => columns.contents.get(path),
  };
}

function entryAt(columns: LayerColumns, position: number): LayerEntry {
  if (!(position >= 0 && position < columns.types.length))
    throw new RangeError(`there is no entry ${position}`);
  const text = (column: Uint32Array): string => columns.strings[column[position] ?? 0] ?? '';
  const directory = text(columns.directories);
  const name = text(columns.names);
  const type = entryTypes[columns.types[position] ?? 0] ?? 'file';
  const linkTarget = text(columns.links);
  return {
    path: directory === '' ? name : `${directory}/${name}`,
    type,
    sizeBytes: columns.sizes[position] ?? 0,
    mode: columns.modes[position] ?? 0,
    uid: columns.uids[position] ?? 0,
    gid: columns.gids[position] ?? 0,
    mtimeSeconds: columns.times[position] ?? 0,
    ...(linkTarget !== '' && { linkTarget }),
    ...(type === 'file' && hashAt(columns.hashes, position)),
  };
}

function hashAt(hashes: Uint8Array, position: number): Pick<LayerEntry, 'contentHash'> {
  const hash = hashes.subarray(position * hashBytes, (position + 1) * hashBytes);
  if (hash.every((byte) => byte === 0)) return {};
  return { contentHash: Buffer.from(hash.buffer, hash.byteOffset, hash.length).toString('hex') };
}
