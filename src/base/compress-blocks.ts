import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, zstdCompress } from 'node:zlib';
import type { Compression } from './compression.ts';

const deflateBlock = promisify(deflateRaw);
const zstdBlock = promisify(zstdCompress);

/** How layers of a registry are packed: one of the two that every reader of today's images knows. */
export type LayerCompressionFormat = Exclude<Compression, 'none'>;

// RFC 1952: magic, deflate, no flags, no time, no extra flags, unknown system: nothing that differs between two runs.
const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** An empty last block of deflate (RFC 1951). */
const deflateEnd = Buffer.from([3, 0]);
/** How far back deflate may refer. */
const windowBytes = 32 * 1024;
const gzipLevel = 6;
const zstdLevel = 3;
const blockBytes: Readonly<Record<LayerCompressionFormat, number>> = {
  gzip: 1024 * 1024,
  // Each block is a frame of its own and knows nothing of the one before.
  zstd: 8 * 1024 * 1024,
};

/**
 * Compresses a stream in blocks, several at a time on the threads of the process: one gzip member (RFC 1952), or a row of
 * zstd frames (RFC 8878). The same bytes give the same result, however they are cut into chunks and however many threads there are.
 */
export async function* compressBlocks(
  source: AsyncIterable<Buffer>,
  format: LayerCompressionFormat,
): AsyncGenerator<Buffer> {
  const compress = format === 'gzip' ? gzipBlocks() : zstdBlocks();
  yield compress.start;
  const running: Promise<Buffer>[] = [];
  for await (const block of blocksOf(source, blockBytes[format])) {
    const work = compress.block(block);
    // Told where it is waited for.
    work.catch(() => {});
    running.push(work);
    if (running.length > availableParallelism()) yield await next(running);
  }
  while (running.length > 0) yield await next(running);
  yield compress.end();
}

interface BlockFormat {
  readonly start: Buffer;
  block(block: Buffer): Promise<Buffer>;
  end(): Buffer;
}

async function next(running: Promise<Buffer>[]): Promise<Buffer> {
  return (await running.shift()) ?? Buffer.alloc(0);
}

function gzipBlocks(): BlockFormat {
  let sum = 0;
  let sizeBytes = 0;
  let window: Buffer | undefined;
  return {
    start: gzipHeader,
    async block(block) {
      sum = crc32(block, sum);
      sizeBytes += block.length;
      const dictionary = window;
      window = block.subarray(-windowBytes);
      return await deflateBlock(block, {
        level: gzipLevel,
        finishFlush: constants.Z_SYNC_FLUSH,
        ...(dictionary && { dictionary }),
      });
    },
    end() {
      const trailer = Buffer.alloc(8);
      trailer.writeUInt32LE(sum, 0);
      trailer.writeUInt32LE(sizeBytes % 2 ** 32, 4);
      return Buffer.concat([deflateEnd, trailer]);
    },
  };
}

function zstdBlocks(): BlockFormat {
  const params = { [constants.ZSTD_c_compressionLevel]: zstdLevel, [constants.ZSTD_c_checksumFlag]: 1 };
  return {
    start: Buffer.alloc(0),
    block: async (block) => await zstdBlock(block, { params, chunkSize: 1024 * 1024 }),
    end: () => Buffer.alloc(0),
  };
}

/** The same bytes in blocks of one length; the last one may be shorter. */
async function* blocksOf(source: AsyncIterable<Buffer>, length: number): AsyncGenerator<Buffer> {
  let block = Buffer.allocUnsafe(length);
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const copied = chunk.copy(block, filled, at, at + length - filled);
      at += copied;
      filled += copied;
      if (filled < length) continue;
      yield block;
      block = Buffer.allocUnsafe(length);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}
