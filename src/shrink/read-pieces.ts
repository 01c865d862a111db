import type { StripPiece } from './elf/plan-strip.ts';

/** Fills `target` with what begins at byte `start`, or throws. */
export type ReadBytes = (target: Buffer, start: number) => void;

/** Reads the new file that pieces make, one after another, out of the old one. */
export function readPieces(pieces: readonly StripPiece[], readOld: ReadBytes): ReadBytes {
  return (target, start) => {
    const end = start + target.length;
    let pieceStart = 0;
    for (const piece of pieces) {
      const length = 'bytes' in piece ? piece.bytes.length : piece.sizeBytes;
      const [from, to] = [Math.max(start, pieceStart), Math.min(end, pieceStart + length)];
      if (from < to) {
        const part = target.subarray(from - start, to - start);
        if ('bytes' in piece) piece.bytes.copy(part, 0, from - pieceStart);
        else readOld(part, piece.offset + from - pieceStart);
      }
      pieceStart += length;
      if (pieceStart >= end) return;
    }
    throw new RangeError('the pieces end before');
  };
}
