import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { buildImage, type Image } from '../image/index.ts';
import { lateImage } from './late-image.ts';

const source = await buildImage({ layers: [[{ path: 'a', content: 'a' }], [{ path: 'b', content: 'b' }]] });

test('the source is opened once, and only for bytes', async () => {
  let openings = 0;
  let closings = 0;
  const image = lateImage(source, async () => {
    openings += 1;
    const close = async (): Promise<void> => {
      closings += 1;
    };
    return { ...source, close };
  });
  expect(image.layers.map(({ diffId }) => diffId)).toEqual(source.layers.map(({ diffId }) => diffId));
  expect(openings).toBe(0);
  for (const layer of image.layers)
    expect((await buffer(await layer.uncompressed())).length).toBeGreaterThan(0);
  await image.close();
  expect([openings, closings]).toEqual([1, 1]);
});

test('closing an image that was never opened opens nothing', async () => {
  const open = async (): Promise<Image> => await Promise.reject(new Error('opened'));
  await expect(lateImage(source, open).close()).resolves.toBeUndefined();
});

test('closing ends an opening that is under way', async () => {
  const image = lateImage(
    source,
    async (signal) =>
      await new Promise<Image>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  );
  const reading = expect(image.layers[0]?.uncompressed()).rejects.toThrow(/abort/i);
  await image.close();
  await reading;
});

test('an opening that failed is tried again', async () => {
  let openings = 0;
  const image = lateImage(source, async () => {
    openings += 1;
    if (openings === 1) throw new Error('the engine is away');
    return source;
  });
  await expect(image.layers[0]?.uncompressed()).rejects.toThrow('away');
  await expect(image.layers[0]?.uncompressed()).resolves.toBeDefined();
});

test('layers of another image by that name are refused', async () => {
  const other = await buildImage({ layers: [[{ path: 'c', content: 'c' }]] });
  const image = lateImage(source, async () => other);
  await expect(image.layers[0]?.uncompressed()).rejects.toThrow(/another image by now/);
});
