import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { estimateGzip } from './index.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-estimate-'));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** Stretches of text between stretches that cannot be compressed. */
function mixed(sizeBytes: number): Buffer {
  const text = Buffer.from('import os\n'.repeat(5000));
  const parts: Buffer[] = [];
  for (let length = 0; length < sizeBytes; length += 100_000) parts.push(text, randomBytes(50_000));
  return Buffer.concat(parts).subarray(0, sizeBytes);
}

describe('estimateGzip', () => {
  test.each([
    ['nothing', 0],
    ['less than a block', 1000],
    ['a whole layer within the sample', 900_000],
    ['a sample of a large layer', 30_000_000],
  ])('%s comes near to what gzip makes of it', async (_what, sizeBytes) => {
    const content = mixed(sizeBytes);
    const path = join(folder, String(sizeBytes));
    await writeFile(path, Buffer.concat([Buffer.alloc(777, 1), content, Buffer.alloc(777, 2)]));
    const place = { path, offset: 777, sizeBytes };
    const real = gzipSync(content).length;
    const estimate = await estimateGzip(place, { sampleBytes: 1024 * 1024 });
    expect(Math.abs(estimate - real)).toBeLessThan(100 + real * 0.1);
    expect(await estimateGzip(place, { sampleBytes: 1024 * 1024 })).toBe(estimate);
  });

  test('a file that is gone is the error of the system', async () => {
    const place = { path: join(folder, 'gone'), offset: 0, sizeBytes: 5 };
    await expect(estimateGzip(place)).rejects.toThrow(/ENOENT/);
  });
});
