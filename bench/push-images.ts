import { existsSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buildImage, writeDockerArchive, writeOciLayout } from '../src/image/index.ts';
import { imageOf, prepareImages } from './audit-images.ts';

/** An ML layer, in the forms that it is pushed from. */
export interface PushImages {
  readonly material: string;
  readonly layerBytes: number;
  /** OCI layouts, uncompressed: the layer with an application on top, and with another one. */
  readonly layout: string;
  readonly changedLayout: string;
  /** The first of them for `docker load`. */
  readonly archive: string;
  /** The name that it has there. */
  readonly tag: string;
  /** What is read, for the page cache. */
  readonly files: readonly string[];
}

const tag = 'bench-push:1';

/** Takes the largest layer of the images that `bench audit` makes (or makes them). */
export async function preparePushImages(directory: string, signal: AbortSignal): Promise<PushImages> {
  const { material, layerTars } = await prepareImages(directory, signal);
  const layerTar = layerTars.at(-1) ?? '';
  const archive = join(directory, 'push.tar');
  const [layout, changedLayout] = [join(directory, 'push-layout'), join(directory, 'push-changed')];
  for (const [target, text] of [
    [layout, 'print(1)\n'],
    [changedLayout, 'print(2)\n'],
  ] as const) {
    if (existsSync(target)) continue;
    const image = await withApplication(layerTar, text);
    await writeOciLayout(image, `${target}.part`, { tag: 'latest', signal });
    await rename(`${target}.part`, target);
    if (target !== layout) continue;
    await rm(archive, { force: true });
    await writeDockerArchive(image, archive, { tags: [tag], signal });
  }
  const { size } = await stat(layerTar);
  return { material, layerBytes: size, layout, changedLayout, archive, tag, files: [layerTar] };
}

async function withApplication(layerTar: string, text: string): Promise<Awaited<ReturnType<typeof imageOf>>> {
  const heavy = await imageOf([layerTar]);
  const { layers, config } = await buildImage({ layers: [[{ path: 'app.py', content: text }]] });
  const all = [...heavy.layers, ...layers];
  return {
    ...heavy,
    layers: all,
    config: {
      ...heavy.config,
      diffIds: all.map(({ diffId }) => diffId),
      history: [...heavy.config.history, ...config.history, { createdBy: 'COPY . .', isEmptyLayer: false }],
    },
  };
}
