import type { Readable } from 'node:stream';
import { chainStreams, sha256Digest, UserError, verifyDigest } from '../../base/index.ts';
import { blobPath } from '../blob-path.ts';
import type { ImageWish } from '../choose-image.ts';
import { type Descriptor, mediaTypes, ociIndex, parseIndex, verifyDocument } from '../documents.ts';
import { growTree, type ManifestTree } from '../manifest-tree.ts';
import { isSameReference } from '../reference.ts';
import { type FileStore, readDocument } from './file-store.ts';
import { referrersInLayout } from './layout-referrers.ts';
import { namesOf, openDescribed } from './oci-layout.ts';

/**
 * Opens all that one tag of an OCI layout leads to. Where the layout itself lists several platforms under the tag (or under none), they are one
 * index. Throws a `UserError` when several images fit, or a part is missing.
 */
export async function openLayoutTree(store: FileStore, wish: ImageWish, name: string): Promise<ManifestTree> {
  const text = await readDocument(store, 'index.json');
  if (text === undefined) {
    throw new UserError(`${store.title} is no OCI layout: it has no index.json`, {
      hint: 'All platforms are read from an OCI layout, an OCI archive or a registry.',
    });
  }
  const all = parseIndex(text.toString(), `index.json in ${store.title}`).manifests;
  const chosen = chosenOf(all, wish.tag, store.title);
  const fetch = async (descriptor: Pick<Descriptor, 'digest'>): Promise<string | undefined> => {
    const path = blobPath(descriptor.digest);
    const content = await readDocument(store, path);
    if (content !== undefined) verifyDocument(content, descriptor, `${path} in ${store.title}`);
    return content?.toString();
  };
  const ground = { title: store.title, fetch };
  const root = await growTree(ground, await rootOf(chosen, { index: text.toString(), fetch }));
  return {
    name,
    root,
    referrers: await referrersInLayout(
      all.filter((one) => !chosen.includes(one)),
      root,
      ground,
    ),
    openBlob: async ({ digest }) => await openVerified(store, digest),
    openImage: async ({ digest, mediaType }) =>
      await openDescribed(
        { store, pathOf: blobPath },
        [{ digest, mediaType, size: 0, urls: [], annotations: {} }],
        { wish: {}, name },
      ),
    close: async () => await store.close(),
  };
}

function chosenOf(all: readonly Descriptor[], tag: string | undefined, title: string): readonly Descriptor[] {
  const known = all.filter(({ mediaType }) =>
    [...mediaTypes.indexes, ...mediaTypes.manifests].includes(mediaType),
  );
  const isNamed = (one: Descriptor): boolean =>
    one.digest === tag || namesOf(one).some((name) => tag !== undefined && isSameReference(name, tag));
  const chosen = tag === undefined ? known : known.filter(isNamed);
  const names = [...new Set(known.map((one) => namesOf(one)[0] ?? one.digest))];
  if (chosen.length === 0) {
    throw new UserError(`${title} holds no image${tag === undefined ? '' : ` tagged ${tag}`}`, {
      ...(names.length > 0 && { hint: `It holds ${names.join(', ')}.` }),
    });
  }
  const distinct = new Set(chosen.map((one) => namesOf(one).join(' ')));
  const hasPlatforms = chosen.every(({ platform }) => platform !== undefined);
  if (chosen.length > 1 && (distinct.size > 1 || !hasPlatforms)) {
    throw new UserError(`${title} holds ${chosen.length} images`, {
      hint: `Choose one by its tag or digest, after the path and a colon: ${names.join(', ')}.`,
    });
  }
  return chosen;
}

async function rootOf(
  chosen: readonly Descriptor[],
  source: {
    readonly index: string;
    readonly fetch: (descriptor: Descriptor) => Promise<string | undefined>;
  },
): Promise<{ readonly descriptor: Pick<Descriptor, 'mediaType' | 'digest'>; readonly content: string }> {
  const [only] = chosen;
  if (only !== undefined && chosen.length === 1) {
    const content = await source.fetch(only);
    if (content === undefined) throw new UserError(`the manifest ${only.digest} is missing`);
    return { descriptor: only, content };
  }
  // Field by field as the layout has them, what this program does not know among them.
  const raw: { manifests: { digest: string }[] } = JSON.parse(source.index);
  const digests = new Set(chosen.map(({ digest }) => digest));
  const mediaType = ociIndex;
  const manifests = raw.manifests.filter(({ digest }) => digests.has(digest));
  const content = JSON.stringify({ schemaVersion: 2, mediaType, manifests });
  return { descriptor: { mediaType, digest: sha256Digest(content) }, content };
}

async function openVerified(store: FileStore, digest: string): Promise<Readable> {
  const path = blobPath(digest);
  return chainStreams(await store.open(path), [verifyDigest(digest)], (error) =>
    error instanceof UserError
      ? error
      : new UserError(`${path} in ${store.title} cannot be read: ${error.message}`, {
          hint: 'The image is damaged: save or pull it again.',
          cause: error,
        }),
  );
}
