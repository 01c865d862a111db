import { closeSync, openSync, readSync } from 'node:fs';
import { constants, deflateRaw } from 'node:zlib';
import pLimit from 'p-limit';
import type { FileRange } from '../tar/index.ts';

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
export async function estimateGzip(place: FileRange, options: EstimateGzipOptions = {}): Promise<number> {
  const { path, offset, sizeBytes } = place;
  const blockCount = Math.ceil(sizeBytes / blockBytes);
  const sampleCount = Math.min(
    blockCount,
    Math.max(1, Math.floor((options.sampleBytes ?? 32 * blockBytes) / blockBytes)),
  );
  const file = openSync(path, 'r');
  let plainBytes = 0;
  const deflateBlock = async (number: number): Promise<number> => {
    const start = number * blockBytes;
    const before = Math.min(start, windowBytes);
    const bytes = readAt(file, offset + start - before, before + Math.min(blockBytes, sizeBytes - start));
    plainBytes += bytes.length - before;
    return await deflatedLength(bytes.subarray(before), bytes.subarray(0, before));
  };
  // Each the middle of its share of the layer.
  const blocks = Array.from({ length: sampleCount }, (_, sample) =>
    Math.floor(((sample + 0.5) * blockCount) / sampleCount),
  );
  try {
    const lengths = await Promise.all(blocks.map((number) => atOnce(deflateBlock, number)));
    const scale = plainBytes === 0 ? 1 : sizeBytes / plainBytes;
    return Math.round(lengths.reduce((sum, length) => sum + length, 0) * scale) + gzipFrameBytes;
  } finally {
    closeSync(file);
  }
}

function readAt(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  const count = readSync(file, bytes, 0, length, offset);
  return bytes.subarray(0, count);
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
