import { closeSync, openSync, readSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { compressBlocks, type LayerCompressionFormat } from '../base/index.ts';
import type { Layer } from '../image/index.ts';
import { packingOptions } from './outgoing-layer.ts';

/** What is compressed at a time by both formats alone, without what goes before it. */
const blockBytes = 4 * 1024 * 1024;
const mostBlocks = 8;

/**
 * What a layer that lies uncompressed in a file becomes when it is compressed in blocks, from up to eight of them, spread evenly; the
 * file's own length where its bytes are not at hand: it is never more than a little above that.
 */
export async function estimatedBytes(layer: Layer, format: LayerCompressionFormat): Promise<number> {
  const { blocks, sizeBytes } = await sampleOf(layer);
  let [plain, packed] = [0, 0];
  for (const block of blocks) {
    plain += block.length;
    for await (const chunk of compressBlocks(chunksOf(block), format, packingOptions)) packed += chunk.length;
  }
  return plain === 0 ? sizeBytes : Math.round((packed * sizeBytes) / plain);
}

/**
 * How long one thread of Docker's own gzip would need for a layer, in seconds, from the rate of zlib at level 6 here on a sample: Go's
 * compressor needs `goFactor` times as long (`npm run bench -- push` measures both). Undefined where the layer's bytes are not at hand.
 */
export async function dockerGzipSeconds(layer: Layer): Promise<number | undefined> {
  const { blocks, sizeBytes } = await sampleOf(layer, gzipSampleBytes);
  let plain = 0;
  const startedAt = performance.now();
  for (const block of blocks) {
    plain += block.length;
    deflateRawSync(block, { level: 6 });
  }
  const seconds = (performance.now() - startedAt) / 1000;
  return plain === 0 ? undefined : (goFactor * seconds * sizeBytes) / plain;
}

const goFactor = 2;
const gzipSampleBytes = 256 * 1024;

async function sampleOf(
  layer: Layer,
  length = blockBytes,
): Promise<{ readonly blocks: readonly Buffer[]; readonly sizeBytes: number }> {
  const place = await layer.plainTar?.();
  if (place === undefined) {
    // Whether its bytes can be had at all, opening it tells.
    (await layer.stored()).destroy();
    return { blocks: [], sizeBytes: layer.sizeBytes };
  }
  const count = Math.ceil(place.sizeBytes / length);
  const sampled = Math.min(count, mostBlocks);
  const file = openSync(place.path, 'r');
  try {
    const blocks = Array.from({ length: sampled }, (_, sample) => {
      const start = Math.floor(((sample + 0.5) * count) / sampled) * length;
      const block = Buffer.alloc(Math.min(length, place.sizeBytes - start));
      return block.subarray(0, readSync(file, block, 0, block.length, place.offset + start));
    });
    return { blocks, sizeBytes: place.sizeBytes };
  } finally {
    closeSync(file);
  }
}

async function* chunksOf(block: Buffer): AsyncGenerator<Buffer> {
  yield block;
}
