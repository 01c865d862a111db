import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { measureGzip } from './index.ts';

const mebibyte = 1024 * 1024;

function streamOf(bytes: Buffer, pieceBytes = 100_000): Readable {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));
  return Readable.from(pieces, { objectMode: false });
}

/** Half noise, half text: it compresses to a bit more than half. */
function mixture(blocks: number): Buffer {
  return Buffer.concat(
    Array.from({ length: blocks * 16 }, (_, at) =>
      Buffer.concat([randomBytes(32_768), Buffer.alloc(32_768, `line ${at}\n`)]),
    ),
  );
}

describe('measureGzip', () => {
  test('gives the size that one gzip stream has', async () => {
    const bytes = mixture(3);
    const measured = await measureGzip(streamOf(bytes));
    const whole = gzipSync(bytes, { level: 6 }).length;
    expect(measured).toMatchObject({ uncompressedBytes: bytes.length, isSampled: false });
    expect(Math.abs(measured.compressedBytes - whole) / whole).toBeLessThan(0.005);
    expect(measured.compressSeconds).toBeGreaterThan(0);
  });

  test.each([
    ['of unknown length', {}],
    ['of known length', { expectedBytes: 12 * mebibyte }],
  ])('samples a long stream %s and scales up', async (_reason, known) => {
    const bytes = mixture(12);
    const measured = await measureGzip(async () => streamOf(bytes), { sampleBytes: 3 * mebibyte, ...known });
    const whole = gzipSync(bytes, { level: 6 }).length;
    expect(measured).toMatchObject({ uncompressedBytes: bytes.length, isSampled: true });
    expect(Math.abs(measured.compressedBytes - whole) / whole).toBeLessThan(0.05);
  });

  test('an empty layer costs an empty gzip stream', async () => {
    expect(await measureGzip(streamOf(Buffer.alloc(0)))).toEqual({
      uncompressedBytes: 0,
      compressedBytes: 18,
      isSampled: false,
      compressSeconds: 0,
    });
  });

  test('stops when asked to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(measureGzip(streamOf(mixture(1)), { signal })).rejects.toThrow('enough');
  });
});
