import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Audit } from '../audit/index.ts';
import { buildImage, type Image, openImage, writeDockerArchive } from '../image/index.ts';
import { type AuditMemory, auditMemory } from './audit-memory.ts';

// The cast: only what is kept matters here, not what an audit has in it.
const audit = { deadBytes: 7 } as Audit;

describe('auditMemory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'audit-memory-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  /** An image with one file, opened from an archive. */
  async function imageOf(content: string): Promise<Image> {
    const path = join(directory, 'image.tar');
    await writeDockerArchive(await buildImage({ layers: [[{ path: 'a', content }]] }), path, {
      tags: ['a:b'],
    });
    return await openImage(path, { temporaryDir: directory });
  }

  async function memoryOf(image: Image, more: object = {}): Promise<AuditMemory> {
    return await auditMemory(image, { cacheDir: directory, buildId: 'one', request: {}, ...more });
  }

  test('gives back what was kept for the image, the build and the request', async () => {
    const image = await imageOf('x');
    const memory = await memoryOf(image);
    expect(await memory.recall()).toBeUndefined();
    await memory.keep(audit);
    expect(await (await memoryOf(image)).recall()).toEqual(audit);
  });

  test.each<[reason: string, more: object]>([
    ['another build judges in another way', { buildId: 'two' }],
    ['another target has other findings', { request: { target: 'gpu' } }],
    ['another place remembers nothing', { cacheDir: '/nonexistent' }],
  ])('%s', async (_reason, more) => {
    const image = await imageOf('x');
    await (await memoryOf(image)).keep(audit);
    expect(await (await memoryOf(image, more)).recall()).toBeUndefined();
  });

  test('a file that was written again is another image, whatever digests it claims', async () => {
    await (await memoryOf(await imageOf('x'))).keep(audit);
    expect(await (await memoryOf(await imageOf('x'))).recall()).toBeUndefined();
  });

  test('another configuration is another image', async () => {
    const image = await imageOf('x');
    await (await memoryOf(image)).keep(audit);
    const other = { ...image, config: { ...image.config, env: ['TOKEN=1'] } };
    expect(await (await memoryOf(other)).recall()).toBeUndefined();
  });

  test('a damaged or absent place is no reason to stop', async () => {
    const image = await imageOf('x');
    const memory = await memoryOf(image);
    await memory.keep(audit);
    const [name] = await readdir(join(directory, 'audits'));
    await writeFile(join(directory, 'audits', name ?? ''), '{"deadBytes":');
    expect(await memory.recall()).toBeUndefined();
    await expect(
      (await memoryOf(image, { cacheDir: join(directory, 'image.tar') })).keep(audit),
    ).resolves.toBeUndefined();
  });
});
