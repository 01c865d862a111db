import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { igzipped, igzipVersion } from './igzip.ts';
import type { BlockReader } from './index.ts';

const isInstalled = (await igzipVersion()) !== undefined;

/** Text, and bytes in which nothing repeats for long; longer than what is read at a time. */
const content = Buffer.concat([
  Buffer.from('the same line again and again, number 4711\n'.repeat(60_000)),
  Buffer.from(
    Uint32Array.from({ length: 400_000 }, (_, at) => Math.imul(at, 2_654_435_761) ^ (at >>> 3)).buffer,
  ),
]);

afterEach(() => vi.unstubAllEnvs());

function chunksOf(bytes: Buffer, length: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, at) =>
    Buffer.from(bytes.subarray(at * length, (at + 1) * length)),
  );
}

function readerOf(bytes: Buffer, problem?: Error): BlockReader & { isClosed: boolean } {
  let at = 0;
  return {
    isClosed: false,
    async readInto(block) {
      if (problem !== undefined && at > 0) throw problem;
      const filled = bytes.copy(block, 0, at);
      at += filled;
      return filled;
    },
    async close() {
      this.isClosed = true;
    },
  };
}

/** Puts a script in the place of `igzip`. */
async function stand(script: string): Promise<void> {
  const bin = await mkdtemp(join(tmpdir(), 'plimsoll-igzip-'));
  onTestFinished(async () => await rm(bin, { recursive: true }));
  await writeFile(join(bin, 'igzip'), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, 'igzip'), 0o755);
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
}

describe.skipIf(!isInstalled)('igzip', () => {
  test.each([0, 1, 2, 3])('level %i gives the bytes back, the same however they come', async (level) => {
    const packed = await buffer(igzipped(chunksOf(content, 65_536), level));
    expect(gunzipSync(packed).equals(content)).toBe(true);
    const reader = readerOf(content);
    expect((await buffer(igzipped(reader, level))).equals(packed)).toBe(true);
    expect(reader.isClosed).toBe(true);
    expect((await buffer(igzipped(chunksOf(content, 700_001), level))).equals(packed)).toBe(true);
  });

  test('of nothing makes an empty member', async () => {
    expect(gunzipSync(await buffer(igzipped([], 3)))).toHaveLength(0);
    expect(gunzipSync(await buffer(igzipped(readerOf(Buffer.alloc(0)), 3)))).toHaveLength(0);
  });

  test('a source that fails ends it with its own words, and is closed', async () => {
    const reader = readerOf(content, new Error('the disk is gone'));
    await expect(buffer(igzipped(reader, 3))).rejects.toThrow('the disk is gone');
    expect(reader.isClosed).toBe(true);
  });

  test('whoever stops early ends the program, and the source is closed', async () => {
    const reader = readerOf(content);
    const packed = igzipped(reader, 0);
    expect((await packed.next()).done).toBe(false);
    await packed.return(undefined);
    expect(reader.isClosed).toBe(true);
  });
});

describe('a program that', () => {
  test.each([
    ['ends early, having read nothing', 'echo no room >&2; exit 3', /igzip failed: no room/],
    ['ends early, having written something', 'head -c 100; exit 1', /igzip failed: it ended with 1/],
    ['is killed', 'head -c 100 >/dev/null; kill -9 $$', /igzip failed: it was ended by SIGKILL/],
  ])('%s gives no blob', async (_, script, expected) => {
    await stand(script);
    await expect(buffer(igzipped(readerOf(content), 3))).rejects.toThrow(expected);
    await expect(buffer(igzipped(chunksOf(content, 65_536), 3))).rejects.toThrow(expected);
  });

  test('is another igzip is none', async () => {
    await stand('echo "igzip of somebody else"');
    expect(await igzipVersion()).toBeUndefined();
  });
});
