import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A part of a file. */
export interface FileRange {
  readonly path: string;
  /** Where it begins, in bytes from the start of the file. */
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Bytes that lie in many places and are read as if they were one file. */
export interface PiecedRange {
  readonly sizeBytes: number;
  open(): Promise<RangeReader>;
}

/** Opened bytes. */
export interface RangeReader {
  /** How many of its bytes are there: fewer than were told of where the file is cut off. */
  readonly heldBytes: number;
  /** Fills `target` from its start with what lies at `position`, and gives how many bytes came: fewer at a seam between pieces, none at the end. */
  read(target: Buffer, position: number): number;
  close(): void;
}

/** Opens a file, a part of one, or pieces. Rejects with the system's error where that cannot be. */
export async function openRange(place: string | FileRange | PiecedRange): Promise<RangeReader> {
  if (typeof place !== 'string' && 'open' in place) return await place.open();
  // Synchronous reads: a header costs a microsecond from the page cache, but twenty through the thread pool.
  const file = openSync(typeof place === 'string' ? place : place.path, 'r');
  const fileBytes = fstatSync(file).size;
  const { offset, sizeBytes } = typeof place === 'string' ? { offset: 0, sizeBytes: fileBytes } : place;
  return {
    heldBytes: Math.max(0, Math.min(sizeBytes, fileBytes - offset)),
    read: (target, position) =>
      readSync(
        file,
        target,
        0,
        Math.min(target.length, Math.max(0, sizeBytes - position)),
        offset + position,
      ),
    close: () => closeSync(file),
  };
}
