import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { buildImage, openImage, writeOciLayout } from '../image/index.ts';
import { namesCapture } from './fixtures/names-capture.ts';
import { indexImage } from './index.ts';

const options = {
  capture: namesCapture,
  threadModule: new URL('./fixtures/thread.ts', import.meta.url),
};

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'plimsoll-threads-'));
  // Too much for one thread, and not to be compressed.
  const layers = ['one', 'two', 'three'].map((name, position) => [
    { path: `${name}/name`, content: `this is ${name}` },
    { path: `${name}/weights.bin`, content: randomBytes(34_000_000 + position) },
    { path: `${name}/link`, type: 'symlink' as const, linkPath: 'name' },
  ]);
  await writeOciLayout(await buildImage({ layers, compression: 'zstd' }), directory);
});
afterAll(async () => await rm(directory, { recursive: true, force: true }));

describe('layers read by several threads', () => {
  test('are the layers that one thread reads, with their contents, and every byte is told of', async () => {
    const image = await openImage(`oci:${directory}`, { temporaryDir: directory });
    const seen = { here: 0, threads: 0 };
    const alone = await indexImage(image, {
      capture: namesCapture,
      onBytes: (sizeBytes) => {
        seen.here += sizeBytes;
      },
    });
    const together = await indexImage(image, {
      ...options,
      onBytes: (sizeBytes) => {
        seen.threads += sizeBytes;
      },
    });
    expect(together.root.layers.map((layer) => [...layer.entries()])).toEqual(
      alone.root.layers.map((layer) => [...layer.entries()]),
    );
    const names = together.root.layers.map((layer, position) =>
      Buffer.from(layer.content(`${['one', 'two', 'three'][position]}/name`) ?? []).toString(),
    );
    expect(names).toEqual(['this is one', 'this is two', 'this is three']);
    expect(seen.threads).toBe(seen.here);
  });

  test('more bytes than an image may hold are an error, whoever has read them', async () => {
    const image = await openImage(`oci:${directory}`, { temporaryDir: directory });
    await expect(indexImage(image, { ...options, maxImageBytes: 90_000_000 })).rejects.toThrow(
      /holds more than 90.0 MB in all its layers/,
    );
  });

  test('a module without the capture fails, so that threads were at work', async () => {
    const image = await openImage(`oci:${directory}`, { temporaryDir: directory });
    const other = { ...options, capture: { ...namesCapture, key: 'others' } };
    await expect(indexImage(image, other)).rejects.toThrow('no capture is named others');
  });

  test('the end of the work ends the threads', async () => {
    const image = await openImage(`oci:${directory}`, { temporaryDir: directory });
    const abort = new AbortController();
    const reading = indexImage(image, {
      ...options,
      signal: abort.signal,
      onBytes: () => abort.abort(new Error('enough')),
    });
    await expect(reading).rejects.toThrow('enough');
  });

  test('a damaged layer is told of in the same words, whoever reads it', async () => {
    const image = await openImage(`oci:${directory}`, { temporaryDir: directory });
    // The smallest is read last, by a thread.
    const blobs = join(directory, 'blobs', 'sha256');
    const sizes = await Promise.all(
      (await readdir(blobs)).map(async (name) => ({ name, size: (await stat(join(blobs, name))).size })),
    );
    const large = sizes.filter(({ size }) => size > 1_000_000).sort((one, other) => one.size - other.size);
    for (const { name } of large.slice(0, 2)) {
      const file = await open(join(blobs, name), 'r+');
      await file.write(Buffer.from('damaged'), 0, 7, 20_000_000);
      await file.close();
    }
    const told = async (threads: object): Promise<unknown> =>
      await indexImage(image, { capture: namesCapture, ...threads }).catch((error: unknown) => error);
    const [here, there] = [await told({}), await told(options)];
    expect(there).toBeInstanceOf(UserError);
    const words = (error: unknown): string => String(error).replace(/\d+ of \d+|sha256:\w+|layer \d/g, '…');
    expect(words(there)).toBe(words(here));
  });
});
