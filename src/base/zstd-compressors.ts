import { constants, createZstdCompress, type ZstdCompress } from 'node:zlib';
import { ownChunk } from './own-chunk.ts';
import { firstZstdFrame } from './zstd-frames.ts';

/** Packs blocks into zstd frames, several at a time on the threads of the process. */
export interface ZstdCompressors {
  /** Makes one frame of a block, in memory of its own, which `releaseChunk` gives back. */
  pack(block: Buffer): Promise<Buffer>;
  /** Gives their memory back; none of them may be at work. */
  close(): void;
}

/**
 * How much comes out at a time, in bytes. Less than a block may grow to: where there is room for all of a frame, zstd packs in another way, and
 * the same block would give other bytes where more is left of the piece before.
 */
const pieceBytes = 256 * 1024;

/** How hard they try, and over how much. */
export interface ZstdCompressorsOptions {
  /** A whole block has `2 ** windowLog` bytes, and they look back as far. */
  readonly windowLog: number;
  /** 1 to 22. */
  readonly level: number;
}

/**
 * Compressors that are used again and again. One for each block would be megabytes of new memory, after each few of which the collector of
 * garbage goes through all that lives.
 */
export function zstdCompressors({ windowLog, level }: ZstdCompressorsOptions): ZstdCompressors {
  const all: ZstdCompress[] = [];
  const free: ZstdCompress[] = [];
  const start = (): ZstdCompress => {
    const stream = createZstdCompress({
      params: {
        [constants.ZSTD_c_compressionLevel]: level,
        [constants.ZSTD_c_windowLog]: windowLog,
        [constants.ZSTD_c_checksumFlag]: 1,
      },
      // Each write is a frame.
      flush: constants.ZSTD_e_end,
      chunkSize: pieceBytes,
    });
    all.push(stream);
    return stream;
  };
  return {
    async pack(block) {
      // A shorter one may have room in what is left of a piece: it gets a piece of its own.
      const isWhole = block.length === 2 ** windowLog;
      const stream = (isWhole ? free.pop() : undefined) ?? start();
      const packed = await packedBy(stream, block);
      if (isWhole) free.push(stream);
      return packed;
    },
    close() {
      for (const stream of all) stream.destroy();
    },
  };
}

async function packedBy(stream: ZstdCompress, block: Buffer): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const onPiece = (piece: Buffer): void => void pieces.push(piece);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stream.on('data', onPiece).on('error', reject);
  try {
    stream.write(block, (error) => (error ? reject(error) : resolve()));
    await promise;
  } finally {
    stream.off('data', onPiece).off('error', reject);
  }
  // Where a frame ends with a piece, an empty one is behind it.
  return firstZstdFrame(joined(pieces));
}

/** The pieces in one; those that lie at the end of their memory are the last ones in it. */
function joined(pieces: readonly Buffer[]): Buffer {
  const whole = ownChunk(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    at += piece.copy(whole, at);
    const { buffer, byteOffset, length } = piece;
    if (buffer instanceof ArrayBuffer && byteOffset + length === buffer.byteLength) buffer.transfer(0);
  }
  return whole;
}
