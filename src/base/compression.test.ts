import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  chainStreams,
  decompressor,
  foreignCompression,
  meterBytes,
  releaseChunk,
  sha256Digest,
  sniffCompression,
  sniffStream,
  verifyDigest,
} from './index.ts';

const first = Buffer.concat([Buffer.from('hello '.repeat(1000)), randomBytes(2000)]);
const second = Buffer.from('world'.repeat(500));
const skippableFrame = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

/** `bytes` in pieces of `size`, so that every boundary falls into some chunk's edge. */
function inPieces(bytes: Buffer, size: number): Readable {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return Readable.from(pieces, { objectMode: false });
}

async function unpack(source: Readable): Promise<Buffer> {
  const { compression, stream } = await sniffStream(source);
  return await buffer(chainStreams(stream, decompressor(compression)));
}

describe('sniffCompression', () => {
  test.each([
    ['gzip', 'gzip', gzipSync('x')],
    ['a zstd frame', 'zstd', zstdCompressSync(Buffer.from('x'))],
    ['a zstd skippable frame comes first in some zstd:chunked blobs', 'zstd', skippableFrame],
    ['a tar', 'none', Buffer.from('etc/passwd')],
    ['nothing', 'none', Buffer.alloc(0)],
    ['xz is no layer compression', 'none', Buffer.from([0xfd, 0x37, 0x7a, 0x58])],
  ])('%s is %s', (_reason, expected, bytes) => {
    expect(sniffCompression(bytes)).toBe(expected);
  });
});

describe('foreignCompression', () => {
  test.each([
    ['xz', 'xz', Buffer.from('\xfd7zXZ\0', 'latin1')],
    ['bzip2', 'bzip2', Buffer.from('BZh91AY&SY')],
    ['a tar whose first file is named so', undefined, Buffer.from('BZh9\0\0\0\0\0\0')],
    ['gzip', undefined, gzipSync('x')],
    ['nothing', undefined, Buffer.alloc(0)],
  ])('of %s is %s', (_reason, expected, bytes) => {
    expect(foreignCompression(bytes)).toBe(expected);
  });
});

describe('decompressor', () => {
  const both = Buffer.concat([first, second]);
  const gzipMembers = Buffer.concat([gzipSync(first), gzipSync(second)]);
  const zstdFrames = Buffer.concat([
    skippableFrame,
    zstdCompressSync(first),
    skippableFrame,
    zstdCompressSync(second),
    skippableFrame,
  ]);
  test.each([
    ['several gzip members, as in eStargz', gzipMembers, both],
    [
      'an empty last gzip member, the footer of eStargz',
      Buffer.concat([gzipMembers, gzipSync(Buffer.alloc(0))]),
      both,
    ],
    ['zeros after the last gzip member', Buffer.concat([gzipMembers, Buffer.alloc(70_000)]), both],
    ['several zstd frames between skippable ones, as in zstd:chunked', zstdFrames, both],
    ['no compression', both, both],
    ['two bytes only', Buffer.from('ab'), Buffer.from('ab')],
    ['nothing at all', Buffer.alloc(0), Buffer.alloc(0)],
  ])('%s', async (_reason, packed, expected) => {
    for (const size of [1, 7, gzipSync(first).length, 65_536]) {
      expect((await unpack(inPieces(packed, size))).equals(expected)).toBe(true);
    }
  });

  test.each([
    ['gzip', gzipMembers],
    ['zstd', zstdFrames.subarray(0, -skippableFrame.length)],
  ])('%s cut off inside its last member is an error, not a short result', async (_name, packed) => {
    for (const missing of [1, 5, 20]) {
      await expect(unpack(inPieces(packed.subarray(0, packed.length - missing), 500))).rejects.toThrow();
    }
  });
});

describe('chainStreams', () => {
  test('passes the bytes, counts them, and verifies the digest', async () => {
    let seen = 0;
    const count = meterBytes((sizeBytes) => {
      seen += sizeBytes;
    });
    const out = chainStreams(inPieces(first, 100), [count, verifyDigest(sha256Digest(first))]);
    expect((await buffer(out)).equals(first)).toBe(true);
    expect(seen).toBe(first.length);
  });

  test('an error of any step comes out of the end in the words of `explain`', async () => {
    const out = chainStreams(
      inPieces(first, 100),
      [verifyDigest(sha256Digest(second))],
      (error) => new Error(`layer 3: ${error.message}`),
    );
    await expect(buffer(out)).rejects.toThrow(/^layer 3: digest sha256:.* but the bytes have sha256:/);
  });

  test('a failing source reaches the reader', async () => {
    const source = new Readable({ read: () => void source.destroy(new Error('disk on fire')) });
    await expect(buffer(chainStreams(source, []))).rejects.toThrow('disk on fire');
    const other = new Readable({ read: () => void other.destroy(new Error('disk on fire')) });
    await expect(sniffStream(other)).rejects.toThrow('disk on fire');
  });

  test('a reader that leaves early releases the source', async () => {
    const source = inPieces(Buffer.alloc(5_000_000), 1000);
    for await (const _ of chainStreams(source, [])) break;
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.destroyed).toBe(true);
  });
});

describe('releaseChunk', () => {
  test('empties what a decompressor has filled up, and nothing else', async () => {
    const plain = randomBytes(3_000_000);
    const chunks: Buffer[] = [];
    const source = Readable.from([gzipSync(plain)], { objectMode: false });
    for await (const chunk of chainStreams(source, decompressor('gzip')) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
    }
    expect(Buffer.concat(chunks).equals(plain)).toBe(true);
    const isFilledUp = (chunk: Buffer): boolean =>
      chunk.byteOffset + chunk.length === chunk.buffer.byteLength;
    const [filled, rest] = [chunks.filter(isFilledUp), chunks.filter((chunk) => !isFilledUp(chunk))];
    expect([filled.length, rest.length]).not.toContain(0);
    const other = Buffer.alloc(1_000_000);
    for (const chunk of [...rest, ...filled, other]) releaseChunk(chunk);
    expect(filled.every((chunk) => chunk.length === 0)).toBe(true);
    expect(other.length).toBe(1_000_000);
  });
});
