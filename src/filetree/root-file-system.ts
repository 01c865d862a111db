import type { LayerEntry, LayerIndex } from './layer-index.ts';

/** A path as the container sees it. */
export interface VisibleEntry {
  readonly entry: LayerEntry;
  /** Position of the layer that provides it, 0 the lowest. */
  readonly layer: number;
}

/** An entry's place: its layer, 0 the lowest, and its number among the entries of that layer's tar. */
export interface EntryPlace {
  readonly layer: number;
  readonly position: number;
}

/** Stored bytes that the final file system does not show. */
export interface BuriedEntry {
  readonly path: string;
  /** Position of the layer that stores the bytes. */
  readonly layer: number;
  readonly sizeBytes: number;
  /** Position of the layer that hides them. */
  readonly buriedBy: number;
  /** Written again with the same content: `metadata-only` with another owner, mode or attribute, `unchanged` with the same ones. */
  readonly reason: 'overwritten' | 'deleted' | 'metadata-only' | 'unchanged';
}

/** All layers stacked: what the container sees and what each layer buried. */
export interface RootFileSystem {
  readonly layers: readonly LayerIndex[];
  readonly buried: readonly BuriedEntry[];
  /** Sum of `buried`, in bytes. */
  readonly deadBytes: number;
  /** Sum of the visible entries' sizes, in bytes. */
  readonly visibleBytes: number;
  get(path: string): VisibleEntry | undefined;
  /** Stored bytes of what is visible at `path`, as its entry has them; undefined where nothing is. */
  sizeOf(path: string): number | undefined;
  /** Where the layers have the entry that `get` shows; undefined where nothing is, or a directory that no layer has an entry for. */
  placeOf(path: string): EntryPlace | undefined;
  /** The names in the directory at `path`; none where no directory is. */
  namesIn(path: string): Iterable<string>;
  /** Every visible entry, parents before children. */
  entries(): IterableIterator<VisibleEntry>;
  /** Captured content of the visible file at `path` (see `LayerIndex.content`). */
  content(path: string): Uint8Array | undefined;
  /** The paths of all visible files whose content was captured, sorted. */
  captured(): readonly string[];
}
