import { closeSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import type { RangeReader } from '../../tar/index.ts';
import { type DiffFolder, shown } from './diff-folder.ts';
import type { SplitIndex } from './split-index.ts';

const readLater = promisify(read);

/** Less is read at once: to hand it over between threads would take longer. */
const laterFromBytes = 128 * 1024;

/** What a layer is put together from. */
export interface SplitPieces {
  readonly index: SplitIndex;
  /** The file of the index's skeleton. */
  readonly skeletonFd: number;
  readonly folder: DiffFolder;
  /** Throws once the image is closed. */
  readonly assertOpen: () => void;
}

interface Piece {
  readonly fd: number;
  readonly offset: number;
  readonly sizeBytes: number;
  /** Of a content. */
  readonly name?: string;
}

/** Reads a layer's tar from its pieces, at any place; one content's file is open at a time. */
export class SplitReader implements RangeReader {
  readonly heldBytes: number;
  readonly #pieces: SplitPieces;
  #opened: { readonly number: number; readonly fd: number } | undefined;
  /** The content that was read last, or before whose end was read: the next one is near. */
  #near = -1;

  constructor(pieces: SplitPieces) {
    this.#pieces = pieces;
    this.heldBytes = pieces.index.tarBytes;
  }

  read(target: Buffer, position: number): number {
    const piece = this.#pieceAt(position);
    if (piece === undefined || target.length === 0) return 0;
    const wantedBytes = Math.min(target.length, piece.sizeBytes);
    return this.#checked(piece, readSync(piece.fd, target, 0, wantedBytes, piece.offset));
  }

  /** Fills the whole of `target`, but for the end of the layer; large parts without holding up this thread. */
  async fill(target: Buffer, position: number): Promise<number> {
    let filled = 0;
    while (filled < target.length) {
      const piece = this.#pieceAt(position + filled);
      if (piece === undefined) break;
      const wantedBytes = Math.min(target.length - filled, piece.sizeBytes);
      if (wantedBytes < laterFromBytes) {
        filled += this.#checked(piece, readSync(piece.fd, target, filled, wantedBytes, piece.offset));
      } else {
        const { bytesRead } = await readLater(piece.fd, target, filled, wantedBytes, piece.offset);
        filled += this.#checked(piece, bytesRead);
      }
    }
    return filled;
  }

  close(): void {
    if (this.#opened !== undefined) closeSync(this.#opened.fd);
    this.#opened = undefined;
    this.#pieces.folder.close();
  }

  #checked({ name }: Piece, bytesRead: number): number {
    if (bytesRead > 0) return bytesRead;
    throw new Error(name === undefined ? 'its headers end early' : `${shown(name)} ends early`);
  }

  /** What is left of the piece at a place of the tar; undefined behind its end. */
  #pieceAt(position: number): Piece | undefined {
    const { index, skeletonFd, assertOpen } = this.#pieces;
    assertOpen();
    if (position >= index.tarBytes) return undefined;
    const number = this.#lastBefore(position);
    this.#near = number;
    const start = index.starts[number] ?? 0;
    const sizeBytes = index.sizes[number] ?? 0;
    const end = start + sizeBytes;
    if (position < end) {
      const name = index.names[number] ?? '';
      return { fd: this.#contentFd(number, name), offset: position - start, sizeBytes: end - position, name };
    }
    const next = index.starts[number + 1] ?? index.tarBytes;
    const contentBytes = (index.before[number] ?? 0) + sizeBytes;
    return { fd: skeletonFd, offset: position - contentBytes, sizeBytes: next - position };
  }

  /** The last content that begins at a place or before it; −1 for none. */
  #lastBefore(position: number): number {
    const { starts } = this.#pieces.index;
    const isIn = (number: number): boolean =>
      number < starts.length &&
      (starts[number] ?? 0) <= position &&
      position < (starts[number + 1] ?? Number.POSITIVE_INFINITY);
    for (const number of [this.#near, this.#near + 1]) if (isIn(number)) return number;
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) <= position) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #contentFd(number: number, name: string): number {
    if (this.#opened?.number === number) return this.#opened.fd;
    if (this.#opened !== undefined) closeSync(this.#opened.fd);
    this.#opened = undefined;
    const fd = this.#pieces.folder.open(name, this.#pieces.index.sizes[number] ?? 0);
    this.#opened = { number, fd };
    return fd;
  }
}
