import { createCipheriv, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { constants, deflateRawSync, gunzipSync, type ZlibOptions } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type BlockReader, chainStreams, compressBlocks, decompressor, sniffCompression } from './index.ts';

const text = Buffer.from('the same line again and again, number 4711\n'.repeat(60_000));
const noise = randomBytes(3_000_000);

async function compressed(content: Buffer, format: 'gzip' | 'zstd', chunkBytes: number): Promise<Buffer> {
  const chunks = Array.from({ length: Math.ceil(content.length / chunkBytes) }, (_, i) =>
    content.subarray(i * chunkBytes, (i + 1) * chunkBytes),
  );
  return await buffer(compressBlocks(Readable.from(chunks) as AsyncIterable<Buffer>, format));
}

describe.each(['gzip', 'zstd'] as const)('%s', (format) => {
  test.each([
    ['what repeats over the ends of blocks', text],
    ['what cannot be compressed', noise],
    ['several blocks of both', Buffer.concat([text, noise, text, noise, text])],
    ['less than a block', Buffer.from('x')],
  ])('gives %s back', async (_, content) => {
    const packed = await compressed(content, format, 65_536);
    expect(sniffCompression(packed)).toBe(format);
    const stream = chainStreams(Readable.from([packed]), decompressor(format));
    expect((await buffer(stream)).equals(content)).toBe(true);
  });

  test('does not depend on how the bytes come', async () => {
    const content = Buffer.concat([text, noise]);
    const [one, other] = [
      await compressed(content, format, 1000),
      await compressed(content, format, 700_001),
    ];
    expect(one.equals(other)).toBe(true);
  });
});

describe('gzip looks for what repeats', () => {
  /** Numbers as the weights of a model are: random mantissas, exponents that are near each other. */
  function weights(bytesEach: 2 | 4): Buffer {
    const random = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
      Buffer.alloc(2 ** 20),
    );
    const values = new Float32Array(2 ** 20 / bytesEach);
    for (let at = 0; at < values.length; at += 1) {
      values[at] = (random.readUInt16LE(bytesEach * at) - 32_768) / 2 ** 20 + (random[at] ?? 0) / 2 ** 30;
    }
    const all = Buffer.from(values.buffer);
    // The upper half of each is bfloat16.
    return bytesEach === 4 ? all : Buffer.from(all.filter((_, at) => at % 4 > 1));
  }
  const program = Buffer.from(
    Array.from({ length: 2 ** 20 }, (_, at) => ((at % 1000) * 7919 * ((at % 1000) % 251)) % 253),
  );

  async function isPackedBy(content: Buffer, effort: ZlibOptions): Promise<boolean> {
    const expected = deflateRawSync(content, {
      level: 2,
      ...effort,
      memLevel: constants.Z_MAX_MEMLEVEL,
      finishFlush: constants.Z_SYNC_FLUSH,
      // What is stored is cut where the memory for it ends.
      chunkSize: 2 * content.length,
    });
    const packed = await buffer(compressBlocks([content], 'gzip', { level: 2 }));
    expect(gunzipSync(packed).equals(content)).toBe(true);
    return packed.subarray(10, -10).equals(expected);
  }

  test.each([
    ['numbers of four bytes', weights(4)],
    ['numbers of two bytes', weights(2)],
  ])('not in %s', async (_, content) => {
    expect(await isPackedBy(content, { strategy: constants.Z_HUFFMAN_ONLY })).toBe(true);
  });

  test('not in what is compressed already, which is stored', async () => {
    expect(await isPackedBy(noise.subarray(0, 2 ** 20), { level: 0 })).toBe(true);
  });

  test.each([
    ['text', text.subarray(0, 2 ** 20)],
    ['what repeats although its bytes are spread evenly', program],
    ['less than is worth a look', noise.subarray(0, 60_000)],
  ])('in %s', async (_, content) => {
    expect(await isPackedBy(content, {})).toBe(true);
  });
});

/** Gives bytes into memory that is brought, as a file does. */
function readerOf(content: Buffer): BlockReader & { isClosed: boolean } {
  let at = 0;
  return {
    isClosed: false,
    async readInto(block) {
      const filled = content.copy(block, 0, at);
      at += filled;
      return filled;
    },
    async close() {
      this.isClosed = true;
    },
  };
}

describe.each(['gzip', 'zstd'] as const)('%s out of a reader', (format) => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['less than a block', Buffer.from('x')],
    ['a whole number of blocks', Buffer.concat([noise, noise, noise]).subarray(0, 8 * 1024 * 1024)],
    ['several blocks and a rest', Buffer.concat([text, noise, text, noise])],
  ])('%s gives the bytes that a stream of it does', async (_, content) => {
    const reader = readerOf(content);
    const packed = await buffer(compressBlocks(reader, format));
    expect(packed.equals(await compressed(content, format, 65_536))).toBe(true);
    expect(reader.isClosed).toBe(true);
  });

  test('one that fails is closed, and its error comes out', async () => {
    const reader = readerOf(noise);
    const failing = { ...reader, readInto: async () => Promise.reject(new Error('the disk is broken')) };
    await expect(buffer(compressBlocks(failing, format))).rejects.toThrow('the disk is broken');
    expect(failing.isClosed).toBe(true);
  });

  test('who leaves early closes it', async () => {
    const reader = readerOf(Buffer.concat(Array(8).fill(noise)));
    for await (const chunk of compressBlocks(reader, format)) if (chunk.length > 100) break;
    expect(reader.isClosed).toBe(true);
  });

  test('a higher level makes it smaller', async () => {
    const words = Buffer.from(
      Array.from({ length: 400_000 }, (_, at) =>
        (at * at * 31) % 977 > 500 ? 97 + (at % 7) : 32 + (at % 61),
      ),
    );
    const [low, high] = [1, 9].map(
      async (level) => (await buffer(compressBlocks([words], format, { level }))).length,
    );
    expect(await high).toBeLessThan((await low) ?? 0);
  });
});

test('a frame of zstd tells how long its content is', async () => {
  const [first = 0] = (await compressed(noise, 'zstd', 65_536)).subarray(4);
  // Frame_Header_Descriptor (RFC 8878, 3.1.1.1.1): single segment, or a content size of two bytes and more.
  expect(first & 0b1110_0000).not.toBe(0);
});

test('gzip knows the block before, so that blocks cost next to nothing, and is one member for readers of one', async () => {
  const packed = await compressed(text, 'gzip', 65_536);
  expect(packed.length).toBeLessThan(12_000);
  expect(gunzipSync(packed).equals(text)).toBe(true);
});

test('nothing is a valid empty gzip', async () => {
  expect(gunzipSync(await compressed(Buffer.alloc(0), 'gzip', 10)).length).toBe(0);
});

const zstdBlockBytes = 4 * 1024 * 1024;

test('each zstd frame is that of its block, whatever its compressor packed before', async () => {
  const blocks = Array.from({ length: 12 }, (_, number) => {
    const block = Buffer.alloc(zstdBlockBytes, `line ${number} of many, `);
    noise.copy(block, number * 1000, 0, number * 200_000);
    return block;
  });
  // The last one is shorter than what is left of the compressor's memory, or about as long.
  blocks.push(Buffer.concat([noise.subarray(0, 90_000), text.subarray(0, 90_000)]));
  const together = await compressed(Buffer.concat(blocks), 'zstd', 1_000_000);
  const apart = await Promise.all(blocks.map((block) => compressed(block, 'zstd', 1_000_000)));
  expect(together.equals(Buffer.concat(apart))).toBe(true);
});

test('a zstd frame that ends where a piece of the compressor’s memory does has no empty one behind it', async () => {
  const keyStream = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16));
  const unlike = keyStream.update(Buffer.alloc(zstdBlockBytes));
  const emptyFrame = Buffer.from('28b52ffd2400010000', 'hex');
  const lengths: number[] = [];
  // A byte more that cannot be compressed makes the frame a byte longer: one of 256 KiB is among them.
  for (let noiseBytes = 220; (lengths.at(-1) ?? 0) < 262_150; noiseBytes += 1) {
    const block = Buffer.alloc(zstdBlockBytes);
    unlike.copy(block, 0, 0, 191_000);
    unlike.copy(block, 262_144, 191_000, 261_400);
    unlike.copy(block, 2_097_152, 300_000, 300_000 + noiseBytes);
    const packed = await compressed(block, 'zstd', zstdBlockBytes);
    expect(packed.includes(emptyFrame)).toBe(false);
    lengths.push(packed.length);
  }
  expect(lengths).toContain(262_144);
});

test('several at a time, of which some are left, hold each other up no more than for a while', async () => {
  const content = Buffer.concat([text, noise]);
  const whole = await compressed(content, 'gzip', 65_536);
  const left = compressBlocks(readerOf(content), 'gzip');
  await left.next();
  await left.next();
  // Nobody pulls `left` now: the others still come to their end.
  const others = await Promise.all(Array.from({ length: 5 }, () => compressed(content, 'gzip', 65_536)));
  expect(others.every((other) => other.equals(whole))).toBe(true);
  await left.return(undefined);
  expect((await compressed(content, 'gzip', 65_536)).equals(whole)).toBe(true);
});
