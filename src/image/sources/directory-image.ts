import { sha256Digest, UserError } from '../../base/index.ts';
import type { ImageWish } from '../choose-image.ts';
import { type Descriptor, mediaTypes, parseIndex } from '../documents.ts';
import type { Image } from '../image.ts';
import { directoryStore, type FileStore, readDocument } from './file-store.ts';
import { openDescribed } from './oci-layout.ts';

// version               Directory Transport Version: 1.1
// manifest.json         the image's manifest, or an index of several (skopeo copy --all)
// <hex>.manifest.json   the manifests that the index lists
// <hex>                 configurations and layers; <algorithm>-<hex> where that is not sha256

const manifestName = 'manifest.json';

/** True for a directory that says that it is one of skopeo's `dir:` transport. */
export async function isDirectoryImage(directory: string): Promise<boolean> {
  const store = directoryStore(directory);
  const length = (await store.sizeBytes('version')) ?? 0;
  if (length === 0 || length > 100 || (await store.sizeBytes(manifestName)) === undefined) return false;
  return /^Directory Transport Version: \d/.test(String(await readDocument(store, 'version')));
}

/**
 * Opens an image that skopeo, Podman or Buildah wrote as `dir:` (containers-transports(5), `dir:path`). Throws a `UserError`
 * when it is incomplete or malformed, or holds none that fits.
 */
export async function openDirectoryImage(store: FileStore, wish: ImageWish, name: string): Promise<Image> {
  const text = await readDocument(store, manifestName);
  if (text === undefined) throw new UserError(`${store.title} holds no image: it has no ${manifestName}`);
  const where = `${manifestName} in ${store.title}`;
  const manifestDigest = sha256Digest(text);
  const indexed = isIndex(text.toString()) ? parseIndex(text.toString(), where).manifests : undefined;
  const members = new Set(indexed?.map(({ digest }) => digest));
  const pathOf = (digest: string): string => {
    if (digest === manifestDigest) return manifestName;
    return `${blobName(digest)}${members.has(digest) ? '.manifest.json' : ''}`;
  };
  const only: Descriptor = {
    mediaType: mediaTypes.manifests[0] ?? '',
    ...{ digest: manifestDigest, size: text.length, urls: [], annotations: {}, platform: undefined },
  };
  return await openDescribed({ store, pathOf }, indexed ?? [only], { wish, name });
}

function blobName(digest: string): string {
  return digest.startsWith('sha256:') ? digest.slice('sha256:'.length) : digest.replace(':', '-');
}

/** What lists manifests is an index: an OCI one may leave its media type away. */
function isIndex(text: string): boolean {
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === 'object' && document !== null && 'manifests' in document;
  } catch {
    // Reading it as a manifest tells what is wrong.
    return false;
  }
}
