import { chainStreams, UserError, verifyDigest } from '../../base/index.ts';
import type { ImageWish } from '../choose-image.ts';
import { parseIndex } from '../documents.ts';
import { growTree, type ManifestTree } from '../manifest-tree.ts';
import { formatReference } from '../reference.ts';
import { discardBody, readBody } from '../registry/http-call.ts';
import { atFirstPlace, type Opening } from '../registry/mirrors.ts';
import { openBlob } from '../registry/open-blob.ts';
import { fetchManifest } from '../registry/read-manifest.ts';
import { openRegistry, type RegistryClient } from '../registry/registry-client.ts';
import { openRegistryImage, type RegistryImageOptions, wantedReference } from './registry.ts';

const ociIndex = 'application/vnd.oci.image.index.v1+json';
const ociManifest = 'application/vnd.oci.image.manifest.v1+json';

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
    const root = await growTree(
      {
        title,
        fetch: async (child) =>
          (
            await fetchManifest(client, {
              repository,
              digest: child.digest,
              title: `${title} (${child.digest})`,
            })
          ).text,
      },
      {
        descriptor: { digest: top.digest, mediaType: top.kind === 'index' ? ociIndex : ociManifest },
        content: top.text,
      },
    );
    return {
      name,
      root,
      referrers: await referrersOf(client, repository, top.digest),
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

/** What the registry says speaks of a manifest ("Listing Referrers"), and cosign's signature by its tag. */
async function referrersOf(client: RegistryClient, repository: string, digest: string): Promise<string[]> {
  const wanted = `what refers to ${digest}`;
  const ask = async (method: 'GET' | 'HEAD', path: string): ReturnType<RegistryClient['send']> =>
    await client.send({
      method,
      repository,
      path,
      headers: { accept: `${ociIndex}, ${ociManifest}` },
      wanted,
    });
  const list = async (path: string): Promise<string[]> => {
    const answer = await ask('GET', path);
    if (answer.status !== 200) {
      discardBody(answer);
      return [];
    }
    const { manifests } = parseIndex((await readBody(answer, 4 * 1024 * 1024)).toString(), wanted);
    return manifests.map((one) => one.digest);
  };
  const tag = digest.replace(':', '-');
  try {
    const told = await list(`referrers/${digest}`);
    const signature = await ask('HEAD', `manifests/${tag}.sig`);
    discardBody(signature);
    return [
      // The tag is how registries without that list keep it (OCI distribution-spec, "Referrers Tag Schema").
      ...(told.length > 0 ? told : await list(`manifests/${tag}`)),
      ...(signature.status === 200 ? [`${tag}.sig`] : []),
    ];
  } catch (error) {
    // Not every registry lets everybody ask.
    if (error instanceof UserError) return [];
    throw error;
  }
}
