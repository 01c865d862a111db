import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { chainStreams, compressBlocks, decompressor, sniffCompression } from './index.ts';

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

test('gzip knows the block before, so that blocks cost next to nothing, and is one member for readers of one', async () => {
  const packed = await compressed(text, 'gzip', 65_536);
  expect(packed.length).toBeLessThan(12_000);
  expect(gunzipSync(packed).equals(text)).toBe(true);
});

test('nothing is a valid empty gzip', async () => {
  expect(gunzipSync(await compressed(Buffer.alloc(0), 'gzip', 10)).length).toBe(0);
});
