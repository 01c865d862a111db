import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasDigest, parseDigest, sha256Digest } from '../../base/index.ts';
import { parseConfig } from '../config.ts';
import { StorageError, type StorageImage, type StorageLayer } from './engine-storage.ts';

// Docker with a graph driver (moby, image/fs.go, layer/filestore.go), below `DockerRootDir`:
//
//   image/overlay2/imagedb/content/sha256/<image ID>                  the configuration
//   image/overlay2/layerdb/sha256/<chain ID>/diff                     the diffID
//                                            cache-id                 the driver's name for the layer
//                                            tar-split.json.gz
//   overlay2/<cache-id>/diff                                          the files

/** Finds an image of Docker's `overlay2` by its ID. Rejects with the system's error or a `StorageError` where it is not all there. */
export async function dockerImage(root: string, imageId: string): Promise<StorageImage> {
  const hex = parseDigest(imageId)?.hex;
  if (hex === undefined) throw new StorageError(`${imageId} is no image ID`);
  const database = join(root, 'image', 'overlay2');
  const config = await readFile(join(database, 'imagedb', 'content', 'sha256', hex));
  if (!hasDigest(config, imageId)) throw new StorageError(`the configuration of ${imageId} is another one`);
  const { diffIds } = parseConfig(config.toString(), `the configuration of ${imageId}`);
  const chainIds = chainIdsOf(diffIds);
  const layers = diffIds.map(async (diffId, position): Promise<StorageLayer> => {
    const folder = join(database, 'layerdb', 'sha256', parseDigest(chainIds[position] ?? '')?.hex ?? '');
    const [diff, cacheId] = await Promise.all(
      ['diff', 'cache-id'].map(async (name) => (await readFile(join(folder, name), 'utf8')).trim()),
    );
    // 64 hexadecimal digits, or one of BuildKit's names.
    if (diff !== diffId || cacheId === undefined || !/^[a-z0-9]{20,64}$/.test(cacheId)) {
      throw new StorageError(`${folder} is not the layer ${diffId}`);
    }
    const splitPath = join(folder, 'tar-split.json.gz');
    return { diffId, splitPath, root: join(root, 'overlay2'), prefix: [cacheId, 'diff'] };
  });
  return { config, layers: await Promise.all(layers) };
}

/** Names of layers on top of those below (OCI image-spec, config.md, "Layer ChainID"). */
function chainIdsOf(diffIds: readonly string[]): readonly string[] {
  const chain: string[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : sha256Digest(`${below} ${diffId}`));
  }
  return chain;
}
