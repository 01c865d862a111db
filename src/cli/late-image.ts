import { UserError } from '../base/index.ts';
import type { Image, Layer } from '../image/index.ts';

/**
 * A remembered image whose source is opened once bytes of a layer are asked for: to look around in an image of 8 GB, nobody waits
 * for `docker save`. `close` ends an opening that is under way.
 */
export function lateImage(known: Image, open: (signal: AbortSignal) => Promise<Image>): Image {
  const closing = new AbortController();
  let source: Promise<Image> | undefined;
  const opened = async (position: number): Promise<Layer> => {
    source ??= open(closing.signal).catch((error: unknown) => {
      // Whoever asks again tries again.
      source = undefined;
      throw error;
    });
    const layer = (await source).layers[position];
    if (layer !== undefined && layer.diffId === known.layers[position]?.diffId) return layer;
    throw new UserError(`${known.name} is another image by now.`, { hint: 'Start again to see it.' });
  };
  return {
    ...known,
    layers: known.layers.map((layer, position) => ({
      ...layer,
      stored: async () => await (await opened(position)).stored(),
      uncompressed: async () => await (await opened(position)).uncompressed(),
    })),
    async close() {
      closing.abort();
      await (await source?.catch(() => undefined))?.close();
    },
  };
}
