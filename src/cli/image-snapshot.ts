import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileWhole } from '../base/index.ts';
import type { Image, ImageConfig, Layer } from '../image/index.ts';

/** Thrown when a layer of a remembered image is asked for after all: its index is not in the cache any more. */
export class ForgottenLayerError extends Error {
  override readonly name = 'ForgottenLayerError';
}

const layerSchema = z.object({
  digest: z.string(),
  diffId: z.string(),
  mediaType: z.string(),
  sizeBytes: z.number(),
  createdBy: z.string().optional(),
});

const snapshotSchema = z.object({
  digest: z.string(),
  platform: z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() }),
  config: z.custom<ImageConfig>((value) => typeof value === 'object' && value !== null && 'diffIds' in value),
  documents: z
    .object({
      config: z.string(),
      manifest: z.object({ mediaType: z.string(), content: z.string() }).exactOptional(),
    })
    .exactOptional(),
  layers: z.array(layerSchema),
});

/**
 * An engine's image as it was read before, by its ID: everything but the layers' bytes, so that an image whose layers are
 * all indexed need not be saved again (`docker save` of 8 GB takes minutes). One ID has many names: it gets the one that it was
 * asked for by. Undefined when it was not read before.
 */
export async function recallImage(
  cacheDir: string,
  { imageId, name }: { readonly imageId: string; readonly name: string },
): Promise<Image | undefined> {
  try {
    const { layers, platform, ...known } = snapshotSchema.parse(
      JSON.parse(await readFile(snapshotPath(cacheDir, imageId), 'utf8')),
    );
    const { variant, ...target } = platform;
    return {
      ...known,
      name,
      platform: variant === undefined ? target : { ...target, variant },
      layers: layers.map(forgottenLayer),
      close: async () => {},
    };
  } catch {
    return undefined;
  }
}

/** Keeps what `recallImage` gives back; a cache that cannot be written is no reason to stop. */
export async function rememberImage(cacheDir: string, imageId: string, image: Image): Promise<void> {
  const { digest, platform, config, documents } = image;
  const layers = image.layers.map((layer) => layerSchema.parse(layer));
  await writeFileWhole(
    snapshotPath(cacheDir, imageId),
    JSON.stringify({ digest, platform, config, documents, layers }),
  ).catch(() => {});
}

function forgottenLayer({ createdBy, ...layer }: z.infer<typeof layerSchema>): Layer {
  const fail = async (): Promise<never> => {
    throw new ForgottenLayerError(layer.diffId);
  };
  return { ...layer, ...(createdBy === undefined ? {} : { createdBy }), stored: fail, uncompressed: fail };
}

function snapshotPath(cacheDir: string, imageId: string): string {
  return join(cacheDir, 'images', `${imageId.replace(':', '-')}.json`);
}
