import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chainStreams, DigestMismatchError, sha256Digest, verifiedDecompressor } from './index.ts';

function inPieces(bytes: Buffer, size: number): Readable {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return Readable.from(pieces, { objectMode: false });
}

async function unpack(packed: Buffer, plain: Buffer, size: number): Promise<Buffer> {
  const proof = { digest: sha256Digest(plain), mostBytes: 100_000_000, tooMany: () => new Error('too many') };
  return await buffer(chainStreams(inPieces(packed, size), verifiedDecompressor('gzip', proof)));
}

/** A member with every optional field of a header. */
function richMember(content: Buffer): Buffer {
  const plain = gzipSync(content);
  const extra = Buffer.from([4, 0, 1, 2, 0, 4]);
  const start = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 2 | 4 | 8 | 16]),
    plain.subarray(4, 10),
    extra,
    Buffer.from('layer.tar\0made by hand\0', 'latin1'),
  ]);
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(crc32(start) & 0xffff);
  return Buffer.concat([start, sum, plain.subarray(10)]);
}

const content = Buffer.concat([Buffer.from('hello '.repeat(1000)), randomBytes(4000)]);

describe('gzip whose content a digest proves', () => {
  const members = Buffer.concat([richMember(content), gzipSync(content), gzipSync(Buffer.alloc(0))]);
  const twice = Buffer.concat([content, content]);
  test.each([
    ['one member', gzipSync(content), content],
    ['a member with all that a header may have', richMember(content), content],
    ['several members, as in eStargz', members, twice],
    ['zeros behind the last member', Buffer.concat([members, Buffer.alloc(7000)]), twice],
    ['zeros behind the only member', Buffer.concat([gzipSync(content), Buffer.alloc(7000)]), content],
    ['no content', gzipSync(Buffer.alloc(0)), Buffer.alloc(0)],
  ])('%s', async (_reason, packed, expected) => {
    // 9 and 10 cut a header, the others a trailer or nothing.
    for (const size of [1, 9, 10, gzipSync(content).length - 8, gzipSync(content).length, 1_000_000]) {
      expect((await unpack(packed, expected, size)).equals(expected), `in pieces of ${size}`).toBe(true);
    }
  });

  test.each([
    ['one member', gzipSync(content)],
    ['the last of several members', members.subarray(0, -20)],
  ])('%s that is cut off is an error, wherever it is', async (_reason, packed) => {
    for (const left of [1, 9, 15, packed.length - 9, packed.length - 1]) {
      await expect(unpack(packed.subarray(0, left), content, 1000), `${left} bytes`).rejects.toThrow(
        /unexpected end of file|its bytes|digest/,
      );
    }
  });

  test.each([
    ['the beginning of one more member', Buffer.from([0x1f])],
    ['other bytes', Buffer.from('end')],
  ])('%s behind the last member is an error', async (_reason, more) => {
    for (const packed of [gzipSync(content), members]) {
      for (const size of [7, 1_000_000]) {
        await expect(unpack(Buffer.concat([packed, more]), content, size)).rejects.toThrow(
          /incorrect header check|unexpected end of file/,
        );
      }
    }
  });

  test('damage in the middle is an error', async () => {
    const damaged = gzipSync(content);
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 2000) ^ 0xff, damaged.length - 2000);
    await expect(unpack(damaged, content, 65_536)).rejects.toThrow();
  });

  test('content with another digest is an error, though its own checksum is right', async () => {
    await expect(unpack(gzipSync(Buffer.from('other')), content, 65_536)).rejects.toThrow(
      DigestMismatchError,
    );
  });

  test('content above the cap is an error', async () => {
    for (const [compression, packed] of [
      ['gzip', gzipSync(content)],
      ['zstd', zstdCompressSync(content)],
      ['none', content],
    ] as const) {
      const tooMany = (): Error => new Error('it unpacks to too much');
      const proof = { digest: sha256Digest(content), mostBytes: content.length - 1, tooMany };
      const unpacked = chainStreams(inPieces(packed, 65_536), verifiedDecompressor(compression, proof));
      await expect(buffer(unpacked)).rejects.toThrow('it unpacks to too much');
    }
  });

  test('a reader that leaves early ends the reading', async () => {
    const source = inPieces(gzipSync(randomBytes(5_000_000)), 1000);
    const proof = { digest: sha256Digest(''), mostBytes: 1e9, tooMany: () => new Error('too many') };
    for await (const _ of chainStreams(source, verifiedDecompressor('gzip', proof))) break;
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.destroyed).toBe(true);
  });

  test('any members in any pieces give what they were made of', async () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 3000 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(parts, fc.integer({ min: 1, max: 4000 }), async (contents, size) => {
        const packed = Buffer.concat(contents.map((part) => gzipSync(part)));
        const plain = Buffer.concat(contents);
        return (await unpack(packed, plain, size)).equals(plain);
      }),
    );
  });
});
