import { buffer } from 'node:stream/consumers';
import { isDigest, sha256Digest, sniffBytes, sniffCompression, UserError } from '../../base/index.ts';
import { chooseImage, hasPlatform, type ImageWish } from '../choose-image.ts';
import { layerInstructions, parseConfig } from '../config.ts';
import { type Descriptor, type DockerManifestDocument, parseDockerManifest } from '../documents.ts';
import type { Image, ImageConfig, Layer } from '../image.ts';
import { AbsentLayerError, storedLayer } from '../layer.ts';
import { type FileStore, missingFile, readDocument } from './file-store.ts';
import { checkLayerLength } from './layer-length.ts';
import { describedLayers, openLayout } from './oci-layout.ts';
import { storedDigest } from './stored-digest.ts';

// Docker 25 and later             before                           podman
//   manifest.json                   manifest.json                    manifest.json
//   blobs/sha256/<digest>           <config hex>.json                <config hex>.json
//   index.json, oci-layout          <id>/layer.tar (or a symlink)    <diffID hex>.tar

type DockerManifestItem = DockerManifestDocument[number];

interface ArchivedImage {
  readonly names: readonly string[];
  readonly platform: ImageConfig['platform'];
  /** The image ID: the digest of the configuration. */
  readonly digest: string;
  readonly item: DockerManifestItem;
  readonly config: ImageConfig;
  /** The configuration as it is stored. */
  readonly content: string;
}

/**
 * Opens an image as `docker save` writes it: by `manifest.json`, which all versions have, else by the OCI index beside
 * it. Throws a `UserError` when it holds several images and none is chosen, or is incomplete.
 */
export async function openDockerArchive(store: FileStore, wish: ImageWish, name: string): Promise<Image> {
  const text = await readDocument(store, 'manifest.json');
  const items =
    text === undefined ? [] : parseDockerManifest(text.toString(), `manifest.json in ${store.title}`);
  if (items.length === 0) return await openIndexInstead(store, wish, name);
  const candidates = await Promise.all(items.map(async (item) => await readItem(store, item)));
  // Of an image for several platforms Docker's manifest.json names one.
  if (!hasPlatform(candidates, wish) && (await layersOfIndex(store)).size > 0) {
    return await openLayout(store, wish, name);
  }
  const chosen = chooseImage(candidates, wish, store.title);
  return {
    name,
    platform: chosen.config.platform,
    digest: chosen.digest,
    config: chosen.config,
    documents: { config: chosen.content },
    layers: await archivedLayers(store, chosen),
    close: async () => await store.close(),
  };
}

async function openIndexInstead(store: FileStore, wish: ImageWish, name: string): Promise<Image> {
  if ((await store.sizeBytes('index.json')) !== undefined) return await openLayout(store, wish, name);
  throw new UserError(`${store.title} holds no image: neither manifest.json nor index.json names one`, {
    hint: 'An image archive is what `docker save` or `skopeo copy` writes; `docker export` writes a file system only: unpack it, and name it dir:DIR.',
  });
}

async function readItem(store: FileStore, item: DockerManifestItem): Promise<ArchivedImage> {
  const content = await readDocument(store, item.Config);
  if (content === undefined) throw missingFile(item.Config, store.title);
  const digest = sha256Digest(content);
  const namedHex = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(item.Config)?.[1];
  if (namedHex !== undefined && digest !== `sha256:${namedHex}`) {
    throw new UserError(`${item.Config} in ${store.title} does not have the digest that it is named after`, {
      hint: 'The image is damaged: save it again.',
    });
  }
  const config = parseConfig(content.toString(), `${item.Config} in ${store.title}`);
  return {
    names: item.RepoTags,
    platform: config.platform,
    digest,
    item,
    config,
    content: content.toString(),
  };
}

async function archivedLayers(store: FileStore, image: ArchivedImage): Promise<Layer[]> {
  const { item, config } = image;
  if (item.Layers.length !== config.diffIds.length) {
    throw new UserError(
      `manifest.json in ${store.title} lists ${item.Layers.length} layers, but ${item.Config} ${config.diffIds.length}`,
      { hint: 'The image is damaged: save it again.' },
    );
  }
  const instructions = layerInstructions(config);
  const described = await layersOfIndex(store);
  return await Promise.all(
    config.diffIds.map(async (diffId, position) => {
      const path = item.Layers[position] ?? '';
      return await archivedLayer(store, {
        path,
        diffId,
        createdBy: instructions[position],
        title: `layer ${position + 1} of ${config.diffIds.length} in ${store.title}`,
        source: item.LayerSources[diffId],
        described,
      });
    }),
  );
}

/** What the OCI index of Docker 25 and of BuildKit says of layers; manifest.json goes first, so that nothing depends on it. */
async function layersOfIndex(store: FileStore): Promise<ReadonlyMap<string, Descriptor>> {
  try {
    return await describedLayers(store);
  } catch (error) {
    if (error instanceof UserError) return new Map();
    throw error;
  }
}

interface LayerPlace {
  readonly path: string;
  readonly diffId: string;
  readonly createdBy: string | undefined;
  readonly title: string;
  /** Where a foreign layer comes from. */
  readonly source: DockerManifestItem['LayerSources'][string] | undefined;
  /** What manifests beside `manifest.json` say of layers, by digest. */
  readonly described: ReadonlyMap<string, Descriptor>;
}

async function archivedLayer(store: FileStore, place: LayerPlace): Promise<Layer> {
  const { path, diffId, createdBy, title, source, described } = place;
  const sizeBytes = await store.sizeBytes(path);
  if (sizeBytes === undefined && source !== undefined && source.urls.length > 0) {
    const { digest, mediaType, urls } = source;
    const open = async (): Promise<never> => {
      throw new AbsentLayerError(`${title} (${digest}) is a foreign layer, which the archive does not hold`, {
        digest,
        urls,
      });
    };
    return storedLayer({ digest, diffId, mediaType, sizeBytes: source.size, createdBy, urls, title, open });
  }
  if (sizeBytes === undefined) throw missingFile(path, store.title);
  const compression = sniffCompression(await buffer(await store.open(path, sniffBytes)));
  const digest = compression === 'none' ? diffId : await digestOf(store, path);
  const known = [described.get(digest), source].find((one) => one?.digest === digest);
  if (known !== undefined) checkLayerLength(known, sizeBytes, store.title);
  return storedLayer({
    digest,
    diffId,
    isUnmeasured: known === undefined,
    mediaType: `application/vnd.docker.image.rootfs.diff.tar${compression === 'none' ? '' : `.${compression}`}`,
    sizeBytes,
    createdBy,
    urls: [],
    title,
    open: async () => await store.open(path),
    locate: async () => await store.locate(path),
  });
}

/** A blob's path tells its digest, which is verified on reading; any other compressed layer is hashed once. */
async function digestOf(store: FileStore, path: string): Promise<string> {
  const match = /^blobs\/(sha256|sha512)\/([0-9a-f]+)$/.exec(path);
  const named = match ? `${match[1]}:${match[2]}` : '';
  return isDigest(named) ? named : await storedDigest(store, path);
}
