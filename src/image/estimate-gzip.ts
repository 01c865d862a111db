import { constants, deflateRaw } from 'node:zlib';
import pLimit from 'p-limit';
import type { FileRange, PiecedRange } from '../tar/index.ts';
import { sampleBlocks } from './sample-blocks.ts';

/** How much of a layer is looked at. */
export interface EstimateGzipOptions {
  /** Bytes that are compressed; a layer that is no longer is compressed whole. Default 4 MiB. */
  readonly sampleBytes?: number;
}

const blockBytes = 128 * 1024;
const windowBytes = 32 * 1024;
const gzipFrameBytes = 18;

/** Blocks that are compressed at a time, of all layers: libuv has four threads, and whoever reads meanwhile needs some. */
const atOnce = pLimit(2);

/**
 * Estimates what gzip (level 6, as registries mostly get it) makes of a layer that lies uncompressed in a file, from blocks
 * spread evenly over it, each with the 32 KiB before it as its dictionary: of whole ML images mostly within ten per cent, of one
 * layer at times half as much again. The same layer gives the same estimate. The blocks are compressed by libuv's threads, so
 * that the caller can go on. Rejects with the system's error when the file cannot be read.
 */
export async function estimateGzip(
  place: FileRange | PiecedRange,
  options: EstimateGzipOptions = {},
): Promise<number> {
  const mostBlocks = Math.max(1, Math.floor((options.sampleBytes ?? 32 * blockBytes) / blockBytes));
  return await sampleBlocks(place, { blockBytes, mostBlocks, contextBytes: windowBytes }, async (sample) => {
    let plainBytes = 0;
    const deflateBlock = async (number: number): Promise<number> => {
      const { context, bytes } = sample.read(number);
      plainBytes += bytes.length;
      return await deflatedLength(bytes, context);
    };
    const numbers = Array.from({ length: sample.count }, (_, number) => number);
    const lengths = await Promise.all(numbers.map((number) => atOnce(deflateBlock, number)));
    const scale = plainBytes === 0 ? 1 : place.sizeBytes / plainBytes;
    return Math.round(lengths.reduce((sum, length) => sum + length, 0) * scale) + gzipFrameBytes;
  });
}

async function deflatedLength(block: Buffer, dictionary: Buffer): Promise<number> {
  const options = {
    level: 6,
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: blockBytes,
    ...(dictionary.length > 0 && { dictionary }),
  };
  return await new Promise<number>((resolve, reject) => {
    deflateRaw(block, options, (error, result) => (error ? reject(error) : resolve(result.length)));
  });
}
