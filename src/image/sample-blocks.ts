import { type FileRange, openRange, type PiecedRange } from '../tar/index.ts';

/** How a layer is sampled. */
export interface SampleOptions {
  /** Bytes of a block. */
  readonly blockBytes: number;
  /** Blocks at the most; of a layer with no more, all are taken. */
  readonly mostBlocks: number;
  /** Bytes before each block that are read with it. Default none. */
  readonly contextBytes?: number;
}

/** A part of a layer's tar. */
export interface SampledBlock {
  /** What lies before it; empty at the layer's start. */
  readonly context: Buffer;
  /** As long as was asked for; shorter at the layer's end. */
  readonly bytes: Buffer;
}

/** An opened layer and the blocks that were chosen. */
export interface LayerSample {
  readonly count: number;
  /** Reads a block by its number from 0; throws the system's error when the file cannot be read. */
  readonly read: (number: number) => SampledBlock;
}

/**
 * Hands blocks of a layer that lies uncompressed in a file to `use`, spread evenly: each is the middle of its share of the layer, so the
 * same layer gives the same blocks. They are read when they are asked for, so that a sample never lies in memory whole. Rejects with
 * what `use` throws, or with the system's error when the file cannot be opened.
 */
export async function sampleBlocks<Result>(
  place: FileRange | PiecedRange,
  { blockBytes, mostBlocks, contextBytes = 0 }: SampleOptions,
  use: (sample: LayerSample) => Promise<Result>,
): Promise<Result> {
  const { sizeBytes } = place;
  const blockCount = Math.ceil(sizeBytes / blockBytes);
  const count = Math.min(blockCount, mostBlocks);
  const reader = await openRange(place);
  const read = (number: number): SampledBlock => {
    const start = Math.floor(((number + 0.5) * blockCount) / count) * blockBytes;
    const before = Math.min(start, contextBytes);
    const memory = Buffer.allocUnsafe(before + Math.min(blockBytes, sizeBytes - start));
    let length = 0;
    for (let count = 1; count > 0 && length < memory.length; length += count) {
      count = reader.read(memory.subarray(length), start - before + length);
    }
    const bytes = memory.subarray(0, length);
    return { context: bytes.subarray(0, before), bytes: bytes.subarray(before) };
  };
  try {
    return await use({ count, read });
  } finally {
    reader.close();
  }
}
