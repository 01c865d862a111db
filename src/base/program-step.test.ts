import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { chainStreams, decompressor } from './index.ts';

const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => (at * 7 + (at >> 9)) & 0xff));
const source = (bytes: Buffer): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / 70_000) }, (_, at) =>
      bytes.subarray(at * 70_000, (at + 1) * 70_000),
    ),
    { objectMode: false },
  );
const unpack = async (bytes: Buffer, program: string): Promise<Buffer> =>
  await buffer(chainStreams(source(bytes), decompressor('gzip', { gzip: program })));

describe('a program that unpacks', () => {
  test('gives what Node gives', async () => {
    expect((await unpack(gzipSync(content), 'gzip')).equals(content)).toBe(true);
  });

  test.each([
    [
      'fails with its own words',
      'gzip',
      gzipSync(content).subarray(0, 5000),
      /gzip ended with 1: .*unexpected end of file/,
    ],
    ['is not there', '/nowhere/igzip', gzipSync(content), /ENOENT/],
    ['ends early', 'false', gzipSync(content), /false ended with 1/],
  ])('%s', async (_reason, program, bytes, message) => {
    await expect(unpack(bytes, program)).rejects.toThrow(message);
  });

  test('ends when nobody reads on', async () => {
    const end = chainStreams(source(gzipSync(content)), decompressor('gzip', { gzip: 'gzip' }));
    for await (const _chunk of end) break;
    expect(end.destroyed).toBe(true);
  });
});
