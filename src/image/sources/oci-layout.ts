import { UserError } from '../../base/index.ts';
import { blobPath } from '../blob-path.ts';
import { chooseImage, type ImageWish } from '../choose-image.ts';
import { parseConfig } from '../config.ts';
import {
  type Descriptor,
  type ManifestDocument,
  mediaTypes,
  parseIndex,
  parseManifest,
  verifyDocument,
} from '../documents.ts';
import type { Image, ImageConfig, Layer, Platform } from '../image.ts';
import { absentLayer, manifestLayers } from '../manifest-layers.ts';
import { type FileStore, missingFile, readDocument } from './file-store.ts';

// oci-layout                {"imageLayoutVersion": "1.0.0"}
// index.json                {"schemaVersion": 2, "manifests": [{"mediaType": …, "digest": …, "size": …, "annotations": {…}}]}
// blobs/sha256/<hex>        indexes, manifests, configurations, layers

interface LayoutImage {
  readonly names: readonly string[];
  readonly platform: Platform;
  readonly digest: string;
  readonly descriptor: Descriptor;
}

/**
 * Opens an image of an OCI image layout (OCI image-spec, image-layout.md), through nested indexes, attestations left
 * out. Throws a `UserError` when none or several fit, or the layout is incomplete, malformed or holds no container image.
 */
export async function openLayout(store: FileStore, wish: ImageWish, name: string): Promise<Image> {
  const text = await readDocument(store, 'index.json');
  if (text === undefined) {
    throw new UserError(`${store.title} is no OCI layout: it has no index.json`, {
      hint: 'An OCI layout is what `skopeo copy … oci:DIR` or `docker buildx build -o type=oci` writes.',
    });
  }
  const index = parseIndex(text.toString(), `index.json in ${store.title}`);
  const survey: Survey = { store, images: [], others: [], visitCount: 0 };
  for (const descriptor of index.manifests) await collect(survey, descriptor, { names: [], depth: 0 });
  if (survey.images.length === 0 && survey.others.length > 0) {
    throw new UserError(`${store.title} holds no container image but ${survey.others.join(', ')}`);
  }
  const chosen = chooseImage(survey.images, wish, store.title);
  const { manifest, config } = await readImage(store, chosen.descriptor);
  return {
    name,
    platform: config.platform,
    digest: chosen.digest,
    config,
    layers: await layoutLayers(store, manifest, config),
    close: async () => await store.close(),
  };
}

interface Survey {
  readonly store: FileStore;
  readonly images: LayoutImage[];
  /** What else there is, by media type or digest. */
  readonly others: string[];
  /** Descriptors that were looked at, those of one digest each time. */
  visitCount: number;
}

const deepestIndex = 8;

/** A few indexes of a few kilobytes that list each other over and over lead to any number of descriptors. */
const mostVisits = 10_000;

/** Collects the images behind a descriptor; those whose manifest the layout does not hold are left out. */
async function collect(
  survey: Survey,
  descriptor: Descriptor,
  above: { readonly names: readonly string[]; readonly depth: number },
): Promise<void> {
  const { store, images, others } = survey;
  survey.visitCount += 1;
  if (survey.visitCount > mostVisits) {
    throw new UserError(`the indexes in ${store.title} list more than ${mostVisits} manifests`, {
      hint: 'No image has so many: the layout is damaged, or made to do harm.',
    });
  }
  if (descriptor.annotations['vnd.docker.reference.type'] === 'attestation-manifest') return;
  const names = [...new Set([...above.names, ...namesOf(descriptor)])];
  if (mediaTypes.indexes.includes(descriptor.mediaType)) {
    if (above.depth >= deepestIndex)
      throw new UserError(`the indexes in ${store.title} are nested too deeply`);
    const content = await readBlob(store, descriptor);
    if (content === undefined) return void others.push(`the index ${descriptor.digest}, which is missing`);
    const index = parseIndex(content.toString(), `the index ${descriptor.digest} in ${store.title}`);
    for (const inner of index.manifests) await collect(survey, inner, { names, depth: above.depth + 1 });
    return;
  }
  if (!mediaTypes.manifests.includes(descriptor.mediaType)) return void others.push(descriptor.mediaType);
  const content = await readBlob(store, descriptor);
  if (content === undefined) return void others.push(`the manifest ${descriptor.digest}, which is missing`);
  const manifest = parseManifest(content.toString(), `the manifest ${descriptor.digest} in ${store.title}`);
  if (!mediaTypes.configs.includes(manifest.config.mediaType))
    return void others.push(manifest.config.mediaType);
  const platform = descriptor.platform ?? (await readConfig(store, manifest.config)).platform;
  const { os, architecture, variant } = platform;
  images.push({
    names,
    platform: { os, architecture, ...(variant !== undefined && { variant }) },
    digest: descriptor.digest,
    descriptor,
  });
}

/** Tags as skopeo and umoci write them, and full names as BuildKit and containerd do. */
function namesOf(descriptor: Descriptor): string[] {
  return ['org.opencontainers.image.ref.name', 'io.containerd.image.name'].flatMap(
    (key) => descriptor.annotations[key] ?? [],
  );
}

async function readImage(
  store: FileStore,
  descriptor: Descriptor,
): Promise<{ readonly manifest: ManifestDocument; readonly config: ImageConfig }> {
  const content = await readBlob(store, descriptor);
  if (content === undefined) throw missingFile(blobPath(descriptor.digest), store.title);
  const manifest = parseManifest(content.toString(), `the manifest ${descriptor.digest} in ${store.title}`);
  return { manifest, config: await readConfig(store, manifest.config) };
}

async function readConfig(store: FileStore, descriptor: Descriptor): Promise<ImageConfig> {
  const content = await readBlob(store, descriptor);
  if (content === undefined) throw missingFile(blobPath(descriptor.digest), store.title);
  return parseConfig(content.toString(), `the configuration ${descriptor.digest} in ${store.title}`);
}

async function readBlob(store: FileStore, descriptor: Descriptor): Promise<Buffer | undefined> {
  const path = blobPath(descriptor.digest);
  const content = await readDocument(store, path);
  if (content !== undefined) verifyDocument(content, descriptor, `${path} in ${store.title}`);
  return content;
}

async function layoutLayers(
  store: FileStore,
  manifest: ManifestDocument,
  config: ImageConfig,
): Promise<Layer[]> {
  const layers = manifestLayers({
    title: store.title,
    manifest,
    config,
    open: async (descriptor, title) => await openLayer(store, descriptor, title),
    locate: async ({ digest }) => await store.locate(blobPath(digest)),
  });
  await Promise.all(manifest.layers.map(async (descriptor) => await checkHeld(store, descriptor)));
  return layers;
}

async function checkHeld(store: FileStore, { digest, size, urls }: Descriptor): Promise<void> {
  const sizeBytes = await store.sizeBytes(blobPath(digest));
  if (sizeBytes === undefined && urls.length === 0) throw missingFile(blobPath(digest), store.title);
  if (sizeBytes !== undefined && sizeBytes !== size) {
    throw new UserError(
      `the layer ${digest} in ${store.title} has ${sizeBytes} bytes, but its manifest says ${size}`,
      { hint: 'The image is damaged: save or pull it again.' },
    );
  }
}

async function openLayer(
  store: FileStore,
  descriptor: Descriptor,
  title: string,
): ReturnType<FileStore['open']> {
  const path = blobPath(descriptor.digest);
  const isHeld = (await store.sizeBytes(path)) !== undefined;
  if (isHeld || descriptor.urls.length === 0) return await store.open(path);
  throw absentLayer(descriptor, title);
}
