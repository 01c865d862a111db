import { chainStreams, verifyDigest } from '../../base/index.ts';
import type { ImageWish } from '../choose-image.ts';
import { ociIndex, ociManifest } from '../documents.ts';
import { growTree, type ManifestTree, type TreeGround } from '../manifest-tree.ts';
import { formatReference } from '../reference.ts';
import { atFirstPlace, type Opening } from '../registry/mirrors.ts';
import { openBlob } from '../registry/open-blob.ts';
import { fetchManifest } from '../registry/read-manifest.ts';
import { openRegistry } from '../registry/registry-client.ts';
import { openRegistryImage, type RegistryImageOptions, wantedReference } from './registry.ts';
import { referrersInRegistry } from './registry-referrers.ts';

/** Opens all that a reference of a registry leads to; blobs stream from it as they are read. Throws a `UserError` when a part is missing. */
export async function openRegistryTree(
  name: string,
  wish: ImageWish,
  options: RegistryImageOptions,
): Promise<ManifestTree> {
  return await atFirstPlace(wantedReference(name, wish.tag), options.access, async (place) => {
    return await openAt({ ...place, name, signal: options.signal });
  });
}

async function openAt({
  reference,
  home,
  name,
  ...options
}: Opening & RegistryImageOptions & { readonly name: string }): Promise<ManifestTree> {
  const { registry, repository, tag, digest } = reference;
  const title = formatReference(reference);
  const client = openRegistry(registry, options.access, options.signal);
  const images: { close(): Promise<void> }[] = [];
  try {
    const top = await fetchManifest(client, { repository, tag, digest, title });
    const ground: TreeGround = {
      title,
      async fetch({ digest: child }) {
        const named = { repository, digest: child, title: `${title} (${child})` };
        return (await fetchManifest(client, named)).text;
      },
    };
    const mediaType = top.kind === 'index' ? ociIndex : ociManifest;
    const root = await growTree(ground, {
      descriptor: { digest: top.digest, mediaType },
      content: top.text,
    });
    return {
      name,
      root,
      referrers: await referrersInRegistry(client, repository, { root, ground }),
      repository: home,
      openBlob: async (blob) =>
        chainStreams(
          await openBlob(client, { repository, digest: blob.digest, sizeBytes: blob.size, title }),
          [verifyDigest(blob.digest)],
        ),
      async openImage(node) {
        const image = await openRegistryImage(`${registry}/${repository}@${node.digest}`, {}, options);
        images.push(image);
        return image;
      },
      async close() {
        for (const image of images) await image.close();
        client.close();
      },
    };
  } catch (error) {
    client.close();
    throw error;
  }
}
