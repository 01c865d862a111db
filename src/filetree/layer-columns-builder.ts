import { createHash } from 'node:crypto';
import { ContentPackBuilder } from './content-pack.ts';
import { type FileFacts, fingerprintBytes } from './file-facts.ts';
import { fileFormats } from './file-format.ts';
import {
  entryTypes,
  type FactColumns,
  formatDetails,
  hashBytes,
  type LayerColumns,
} from './layer-columns.ts';
import type { LayerEntry, LayerIndex } from './layer-index.ts';

type NumberColumn =
  | 'types'
  | 'sizes'
  | 'modes'
  | 'uids'
  | 'gids'
  | 'times'
  | 'directories'
  | 'names'
  | 'links'
  | 'details';

const typeNumbers = new Map(entryTypes.map((type, number) => [type, number]));

interface FactRow {
  readonly position: number;
  readonly facts: FileFacts;
  readonly offset: number;
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
    details: [],
  };
  readonly #hashes = new Map<number, Uint8Array>();
  readonly #facts: FactRow[] = [];
  readonly #contents = new ContentPackBuilder();
  #capturedBytes = 0;
  #characterCount = 0;
  /** Neighbours mostly share their directory. */
  #directory = '';
  #directoryNumber = 0;

  /** Length of all contents that were set. */
  get capturedBytes(): number {
    return this.#capturedBytes;
  }

  /** Length of all different names, directories and links. */
  get characterCount(): number {
    return this.#characterCount;
  }

  /** Bytes of holes that the hashes of sparse files went over: what is not stored costs time all the same. */
  hashedHoleBytes = 0;

  get entryCount(): number {
    return this.#rows.types.length;
  }

  /** Adds an entry and gives its position. */
  add(entry: LayerEntry): number {
    const slash = entry.path.lastIndexOf('/');
    const rows = this.#rows;
    rows.types.push(typeNumbers.get(entry.type) ?? 0);
    rows.sizes.push(entry.sizeBytes);
    rows.modes.push(entry.mode);
    rows.uids.push(entry.uid);
    rows.gids.push(entry.gid);
    rows.times.push(entry.mtimeSeconds);
    rows.directories.push(this.#numberOfDirectory(entry.path, Math.max(slash, 0)));
    rows.names.push(this.#intern(entry.path.slice(slash + 1)));
    rows.links.push(this.#intern(entry.linkTarget ?? ''));
    rows.details.push(this.#intern(formatDetails(entry)));
    return rows.types.length - 1;
  }

  setHash(position: number, hash: Uint8Array): void {
    this.#hashes.set(position, hash);
  }

  /** Facts are told in the order of the entries; `offset` is the content's place in the tar, in bytes. */
  setFacts(position: number, facts: FileFacts, offset = -1): void {
    this.#facts.push({ position, facts, offset });
  }

  setContent(position: number, content: Uint8Array): void {
    this.#capturedBytes += content.length;
    this.#contents.add(position, content);
  }

  finish(layer: {
    readonly diffId: string;
    readonly tarBytes: number;
    readonly storedBytes: number;
    readonly isHashed: boolean;
  }): LayerColumns {
    const rows = this.#rows;
    const hashes = new Uint8Array(layer.isHashed ? this.entryCount * hashBytes : 0);
    for (const [position, hash] of this.#hashes) hashes.set(hash, position * hashBytes);
    return {
      diffId: layer.diffId,
      tarBytes: layer.tarBytes,
      storedBytes: layer.storedBytes,
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
      details: Uint32Array.from(rows.details),
      hashes,
      facts: this.#factColumns(),
      contents: this.#contents.finish(),
    };
  }

  #factColumns(): FactColumns {
    const rows = this.#facts;
    const fingerprints = new Uint8Array(rows.length * fingerprintBytes);
    for (const [row, { facts }] of rows.entries()) {
      fingerprints.set(Buffer.from(facts.fingerprint ?? '', 'hex'), row * fingerprintBytes);
    }
    return {
      positions: Uint32Array.from(rows, ({ position }) => position),
      offsets: Float64Array.from(rows, ({ offset }) => offset),
      fingerprints,
      formats: Uint8Array.from(rows, ({ facts: { format } }) =>
        format === undefined ? 0 : fileFormats.indexOf(format) + 1,
      ),
      checksums: Float64Array.from(rows, ({ facts }) => facts.checksum ?? -1),
      strippable: Float64Array.from(rows, ({ facts }) => facts.strippableBytes ?? -1),
    };
  }

  #numberOfDirectory(path: string, length: number): number {
    if (length !== this.#directory.length || !path.startsWith(this.#directory)) {
      this.#directory = path.slice(0, length);
      this.#directoryNumber = this.#intern(this.#directory);
    }
    return this.#directoryNumber;
  }

  #intern(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#strings.length;
    this.#strings.push(text);
    this.#characterCount += text.length;
    this.#numbers.set(text, number);
    return number;
  }
}

/** The columns of an index that has none: its entries copied, without captured contents. */
export function columnsFrom(index: LayerIndex): LayerColumns {
  const builder = new LayerColumnsBuilder();
  let isHashed = false;
  for (const entry of index.entries()) {
    const position = builder.add(entry);
    if (entry.contentHash !== undefined) {
      // Hashed once more, since it may have any length.
      builder.setHash(position, createHash('sha256').update(entry.contentHash).digest());
      isHashed = true;
    }
    if (entry.fingerprint !== undefined) builder.setFacts(position, entry);
  }
  const { diffId, tarBytes } = index;
  return builder.finish({ diffId, tarBytes, storedBytes: tarBytes, isHashed });
}
