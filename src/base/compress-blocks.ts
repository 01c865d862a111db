import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';
import type { Compression } from './compression.ts';
import { mostCompressionThreads } from './compression-threads.ts';
import { deflateEffort } from './deflate-effort.ts';
import { ownChunk, releaseChunk } from './own-chunk.ts';
import { zstdCompressors } from './zstd-compressors.ts';

const deflateBlock = promisify(deflateRaw);

/** How layers of a registry are packed: one of the two that every reader of today's images knows. */
export type LayerCompressionFormat = Exclude<Compression, 'none'>;

// RFC 1952: magic, deflate, no flags, no time, no extra flags, unknown system: nothing that differs between two runs.
const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** An empty last block of deflate (RFC 1951). */
const deflateEnd = Buffer.from([3, 0]);
/** Blocks that are held by all that is compressed now. */
let heldBlocks = 0;

/** What a block may grow by where nothing in it repeats, in bytes: the packed block then is one piece. */
const growthBytes = 32 * 1024;
/** How far back deflate may refer. */
const windowBytes = 32 * 1024;
/** Gzip's is that of most of what registries hold, zstd's that of its own command line. */
const defaultLevel: Readonly<Record<LayerCompressionFormat, number>> = { gzip: 6, zstd: 3 };
const zstdBlockLog = 22;
const blockBytes: Readonly<Record<LayerCompressionFormat, number>> = {
  gzip: 1024 * 1024,
  // Each block is a frame of its own and knows nothing of the one before.
  zstd: 2 ** zstdBlockLog,
};

/** How hard the compressor tries. */
export interface CompressBlocksOptions {
  /** 1 to 9 for gzip, default 6; 1 to 19 for zstd, default 3. */
  readonly level?: number | undefined;
}

/** Bytes that are read into memory that the reader brings, so that nothing is copied and nothing becomes garbage. */
export interface BlockReader {
  /** Fills the block from its start and gives how many bytes came: fewer than it holds at the end only. */
  readInto(block: Buffer): Promise<number>;
  /** Gives back what is held; nothing is read afterwards. */
  close(): Promise<void>;
}

/** What can be compressed. */
export type BlockSource = AsyncIterable<Buffer> | Iterable<Buffer> | BlockReader;

/**
 * Compresses bytes in blocks, several at a time on the threads of the process: one gzip member (RFC 1952), or a row of
 * zstd frames (RFC 8878). The same bytes give the same result, however they are cut into chunks and however many threads there are.
 * A reader is closed in the end. Chunks of `ownChunk` are given back; those that come out are such, too: who gives them back
 * after use needs little memory.
 */
export async function* compressBlocks(
  source: BlockSource,
  format: LayerCompressionFormat,
  options: CompressBlocksOptions = {},
): AsyncGenerator<Buffer> {
  const level = options.level ?? defaultLevel[format];
  const compress = format === 'gzip' ? gzipBlocks(level) : zstdBlocks(level);
  yield compress.start;
  // Blocks are filled again and again: new ones would be garbage faster than the collector looks for it.
  const pool = blockPool(blockBytes[format]);
  const running: { readonly block: Buffer; readonly packed: Promise<Buffer> }[] = [];
  async function next(): Promise<Buffer> {
    const first = running.shift();
    if (first === undefined) return Buffer.alloc(0);
    const packed = await first.packed.finally(() => {
      heldBlocks -= 1;
    });
    pool.giveBack(first.block);
    return packed;
  }
  try {
    for await (const block of blocksOf(source, pool)) {
      const packed = compress.block(block);
      // Told where it is waited for.
      packed.catch(() => {});
      running.push({ block, packed });
      heldBlocks += 1;
      while (running.length > 1 && heldBlocks > mostCompressionThreads) yield await next();
    }
    while (running.length > 0) yield await next();
    yield compress.end();
  } finally {
    await Promise.allSettled(running.map(({ packed }) => packed));
    heldBlocks -= running.length;
    compress.close();
  }
}

/** The same bytes in memory of their own; a compressor's buffer is larger, and the collector of garbage comes late. */
function owned(packed: Buffer): Buffer {
  const own = ownChunk(packed.length);
  packed.copy(own);
  const { buffer } = packed;
  // Small ones share their memory with others.
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) buffer.transfer(0);
  return own;
}

interface BlockPool {
  readonly blockBytes: number;
  take(): Buffer;
  giveBack(block: Buffer): void;
}

function blockPool(length: number): BlockPool {
  const free: Buffer[] = [];
  return {
    blockBytes: length,
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(length),
    giveBack(block) {
      if (block.length === length) free.push(block);
    },
  };
}

interface BlockFormat {
  readonly start: Buffer;
  block(block: Buffer): Promise<Buffer>;
  end(): Buffer;
  /** Once no block is being packed. */
  close(): void;
}

function gzipBlocks(level: number): BlockFormat {
  let sum = 0;
  let sizeBytes = 0;
  let window: Buffer | undefined;
  return {
    start: gzipHeader,
    async block(block) {
      sum = crc32(block, sum);
      sizeBytes += block.length;
      const dictionary = window;
      // A copy, as the block is filled anew.
      window = Buffer.from(block.subarray(-windowBytes));
      const packed = await deflateBlock(block, {
        ...(await deflateEffort(block, level)),
        // Twice the memory for an eighth less time.
        memLevel: constants.Z_MAX_MEMLEVEL,
        finishFlush: constants.Z_SYNC_FLUSH,
        chunkSize: blockBytes.gzip + growthBytes,
        ...(dictionary && { dictionary }),
      });
      return owned(packed);
    },
    end() {
      const trailer = Buffer.alloc(8);
      trailer.writeUInt32LE(sum, 0);
      trailer.writeUInt32LE(sizeBytes % 2 ** 32, 4);
      return Buffer.concat([deflateEnd, trailer]);
    },
    close: () => {},
  };
}

function zstdBlocks(level: number): BlockFormat {
  const compressors = zstdCompressors({ windowLog: zstdBlockLog, level });
  return {
    start: Buffer.alloc(0),
    block: async (block) => await compressors.pack(block),
    end: () => Buffer.alloc(0),
    close: () => compressors.close(),
  };
}

/** The same bytes in blocks of one length; the last one may be shorter. */
function blocksOf(source: BlockSource, pool: BlockPool): AsyncGenerator<Buffer> {
  return 'readInto' in source ? filledBlocks(source, pool) : copiedBlocks(source, pool);
}

async function* filledBlocks(reader: BlockReader, pool: BlockPool): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      const block = pool.take();
      const filled = await reader.readInto(block);
      if (filled > 0) yield block.subarray(0, filled);
      if (filled < pool.blockBytes) return;
    }
  } finally {
    await reader.close();
  }
}

async function* copiedBlocks(
  source: AsyncIterable<Buffer> | Iterable<Buffer>,
  pool: BlockPool,
): AsyncGenerator<Buffer> {
  let block = pool.take();
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const copied = chunk.copy(block, filled, at, at + pool.blockBytes - filled);
      at += copied;
      filled += copied;
      if (filled < pool.blockBytes) continue;
      yield block;
      block = pool.take();
      filled = 0;
    }
    releaseChunk(chunk);
  }
  if (filled > 0) yield block.subarray(0, filled);
}
