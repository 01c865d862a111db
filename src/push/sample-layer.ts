import { deflateRawSync } from 'node:zlib';
import { type Layer, sampleBlocks } from '../image/index.ts';
import { type LayerPacking, packed } from './outgoing-layer.ts';

/** Many small ones say more of a layer than a few large ones: weights, libraries and sources lie in stretches of hundreds of megabytes. */
const blockBytes = 1024 * 1024;
const mostBlocks = 48;
const gzipSamples = { blockBytes: 128 * 1024, mostBlocks: 16 };

/**
 * What a layer that lies uncompressed in a file becomes when it is compressed in blocks, from samples that are spread evenly; the
 * file's own length where its bytes are not at hand: it is never more than a little above that, unless it is packed otherwise there.
 */
export async function estimatedBytes(layer: Layer, packing: LayerPacking): Promise<number> {
  const sizeBytes = await perLayer(layer, { blockBytes, mostBlocks }, async (block) => {
    let packedBytes = 0;
    for await (const chunk of packed([block], packing)) packedBytes += chunk.length;
    return packedBytes;
  });
  if (sizeBytes !== undefined) return Math.round(sizeBytes);
  return layer.digest === layer.diffId ? layer.sizeBytes : Math.round(gzipOverZstd * layer.sizeBytes);
}

/** What zstd has packed is about that much more as gzip (docs/push.md, levels). */
const gzipOverZstd = 1.3;

/**
 * How long one thread of Docker's own gzip would need for a layer, in seconds, from the rate of zlib at level 6 here on a sample: Go's
 * compressor needs `goFactor` times as long (`npm run bench -- push` measures both). Undefined where the layer's bytes are not at hand.
 */
export async function dockerGzipSeconds(layer: Layer): Promise<number | undefined> {
  const milliseconds = await perLayer(layer, gzipSamples, (block) => {
    const startedAt = performance.now();
    deflateRawSync(block, { level: 6 });
    return Promise.resolve(performance.now() - startedAt);
  });
  return milliseconds === undefined ? undefined : (goFactor * milliseconds) / 1000;
}

const goFactor = 2;

/** What a cost of sampled blocks, one after the other, comes to for the whole layer; undefined where its bytes are not at hand. */
async function perLayer(
  layer: Layer,
  samples: { readonly blockBytes: number; readonly mostBlocks: number },
  costOf: (block: Buffer) => Promise<number>,
): Promise<number | undefined> {
  const place = await layer.plainTar?.();
  if (place === undefined) {
    // Whether its bytes can be had at all, opening it tells.
    (await layer.stored()).destroy();
    return undefined;
  }
  return await sampleBlocks(place, samples, async ({ count, read }) => {
    let [plainBytes, cost] = [0, 0];
    for (let number = 0; number < count; number += 1) {
      const { bytes } = read(number);
      plainBytes += bytes.length;
      cost += await costOf(bytes);
    }
    return plainBytes === 0 ? undefined : (cost * place.sizeBytes) / plainBytes;
  });
}
