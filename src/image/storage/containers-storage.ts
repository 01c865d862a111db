import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { hasDigest, parseDigest } from '../../base/index.ts';
import { parseConfig } from '../config.ts';
import { parseDocument } from '../documents.ts';
import { StorageError, type StorageImage, type StorageLayer } from './engine-storage.ts';

// Podman, Buildah and CRI-O with the `overlay` driver (containers/storage, images.go, layers.go), below `graphRoot`:
//
//   overlay-images/images.json                       [{ "id": "bb00…", "layer": "bfc4…", … }]
//   overlay-images/<id>/=<base64 of sha256:…>        the configuration
//   overlay-layers/layers.json                       [{ "id": "bfc4…", "parent": "4281…", "diff-digest": "sha256:28de…", … }]
//   overlay-layers/<id>.tar-split.gz
//   overlay/<id>/diff                                the files

const imagesSchema = z.array(z.object({ id: z.string(), layer: z.string().optional() }));
const layersSchema = z.array(
  z.object({ id: z.string(), parent: z.string().optional(), 'diff-digest': z.string().optional() }),
);

/** Finds an image of `overlay` storage by its ID. Rejects with the system's error, or an error where it is not all there. */
export async function containersImage(root: string, imageId: string): Promise<StorageImage> {
  const hex = parseDigest(imageId)?.hex;
  if (hex === undefined) throw new StorageError(`${imageId} is no image ID`);
  const images = await readList(join(root, 'overlay-images', 'images.json'), imagesSchema);
  const top = images.find(({ id }) => id === hex)?.layer;
  const name = `=${Buffer.from(imageId).toString('base64')}`;
  const config = await readFile(join(root, 'overlay-images', hex, name));
  if (!hasDigest(config, imageId)) throw new StorageError(`the configuration of ${imageId} is another one`);
  const { diffIds } = parseConfig(config.toString(), `the configuration of ${imageId}`);
  const layers = await readList(join(root, 'overlay-layers', 'layers.json'), layersSchema);
  const byId = new Map(layers.map((layer) => [layer.id, layer]));
  const found: StorageLayer[] = [];
  let next = top;
  for (const diffId of diffIds.toReversed()) {
    const layer = byId.get(next ?? '');
    if (layer === undefined || layer['diff-digest'] !== diffId || !/^[0-9a-f]{64}$/.test(layer.id)) {
      throw new StorageError(`${root} does not hold the layer ${diffId} of ${imageId}`);
    }
    const splitPath = join(root, 'overlay-layers', `${layer.id}.tar-split.gz`);
    found.unshift({ diffId, splitPath, root: join(root, 'overlay'), prefix: [layer.id, 'diff'] });
    next = layer.parent;
  }
  return { config, layers: found };
}

async function readList<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
  return parseDocument(schema, await readFile(path, 'utf8'), path);
}
