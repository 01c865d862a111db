import { promisify } from 'node:util';
import { constants, deflateRaw } from 'node:zlib';

const deflateSample = promisify(deflateRaw);

/** A shorter block is packed before it is looked at. */
const leastBytes = 64 * 1024;
const sampleParts = 4;
const samplePartBytes = 8 * 1024;
/** What coding bytes alone may cost in length where looking for repetition takes three times as long. */
const tolerance = 1.01;
/** What coding must save where storing takes no time at all. */
const leastGain = 0.99;

/** How deflate packs a block (`node:zlib`). */
export interface DeflateEffort {
  readonly level: number;
  readonly strategy: number;
}

/**
 * How deflate is to pack a block: with a search for what repeats; where a sample shows that nothing does, by coding its bytes alone
 * (`Z_HUFFMAN_ONLY`), and where that saves nothing either, as it is. Weights of models become as short as by a search in a third of the time. The answer
 * depends on the block's bytes and the level alone.
 */
export async function deflateEffort(block: Buffer, level: number): Promise<DeflateEffort> {
  const search = { level, strategy: constants.Z_DEFAULT_STRATEGY };
  if (block.length < leastBytes || !looksRandom(block)) return search;
  const step = Math.floor(block.length / sampleParts);
  const sample = Buffer.concat(
    Array.from({ length: sampleParts }, (_, part) =>
      block.subarray(part * step, part * step + samplePartBytes),
    ),
  );
  const [searched, coded] = await Promise.all([
    deflateSample(sample, { level }),
    deflateSample(sample, { level: 1, strategy: constants.Z_HUFFMAN_ONLY }),
  ]);
  if (coded.length > tolerance * searched.length) return search;
  if (coded.length > leastGain * sample.length) return { ...search, level: constants.Z_NO_COMPRESSION };
  return { ...search, strategy: constants.Z_HUFFMAN_ONLY };
}

/** Prime to the length of every number, so that each of its bytes is met as often. */
const stride = 127;
/** Bytes of numbers differ by their place: mantissas are random where exponents are not. */
const lanes = 4;
/** Bits a byte, of all bytes or of those in one place of four; machine code has 5 to 6.6 in all of them. */
const leastEntropy = 6.8;
const leastLaneEntropy = 7.5;

/** A quick look that lets pass what may be random; text and programs are not. */
function looksRandom(block: Buffer): boolean {
  const counts = new Uint32Array(lanes * 256);
  for (let at = 0; at < block.length; at += stride) {
    const place = (at % lanes) * 256 + (block[at] ?? 0);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  const all = new Uint32Array(256);
  for (let lane = 0; lane < lanes; lane += 1) {
    const own = counts.subarray(lane * 256, lane * 256 + 256);
    if (entropyOf(own) >= leastLaneEntropy) return true;
    own.forEach((count, byte) => {
      all[byte] = (all[byte] ?? 0) + count;
    });
  }
  return entropyOf(all) >= leastEntropy;
}

/** Bits a byte (Shannon, of order 0). */
function entropyOf(counts: Uint32Array): number {
  let [total, weighed] = [0, 0];
  for (const count of counts) {
    if (count === 0) continue;
    total += count;
    weighed += count * Math.log2(count);
  }
  return total === 0 ? 0 : Math.log2(total) - weighed / total;
}
