import { UserError } from '../../base/index.ts';
import { blobPath } from '../blob-path.ts';
import { besideImage, chooseImage, type ImageWish } from '../choose-image.ts';
import { parseConfig } from '../config.ts';
import {
  type Descriptor,
  type ManifestDocument,
  mediaTypes,
  parseIndex,
  parseManifest,
  verifyDocument,
} from '../documents.ts';
import type { Image, ImageConfig, ImageDocuments, Layer, Platform } from '../image.ts';
import { absentLayer, manifestLayers } from '../manifest-layers.ts';
import { type FileStore, missingFile, readDocument } from './file-store.ts';
import { checkLayerLength } from './layer-length.ts';

// oci-layout                {"imageLayoutVersion": "1.0.0"}
// index.json                {"schemaVersion": 2, "manifests": [{"mediaType": …, "digest": …, "size": …, "annotations": {…}}]}
// blobs/sha256/<hex>        indexes, manifests, configurations, layers

/** Blobs in a store, by digest. */
export interface BlobFiles {
  readonly store: FileStore;
  /** Where the store keeps the blob of a digest. */
  readonly pathOf: (digest: string) => string;
}

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
  return await openDescribed({ store, pathOf: blobPath }, index.manifests, { wish, name });
}

/** Opens the image that fits of those that descriptors lead to; throws as `openLayout` does. */
export async function openDescribed(
  blobs: BlobFiles,
  descriptors: readonly Descriptor[],
  { wish, name }: { readonly wish: ImageWish; readonly name: string },
): Promise<Image> {
  const { store } = blobs;
  const survey = await surveyed(blobs, descriptors);
  if (survey.images.length === 0 && survey.others.length > 0) {
    throw new UserError(`${store.title} holds no container image but ${survey.others.join(', ')}`);
  }
  const chosen = chooseImage(survey.images, wish, store.title);
  const { manifest, config, documents } = await readImage(blobs, chosen.descriptor);
  const beside = besideImage(chosen, survey.images, survey.attested);
  return {
    name,
    platform: config.platform,
    digest: chosen.digest,
    config,
    documents,
    layers: await layoutLayers(blobs, manifest, config),
    ...(beside && { beside }),
    close: async () => await store.close(),
  };
}

/** The layers of all images of a layout, by digest: what their manifests say of them. Throws as `openLayout` does. */
export async function describedLayers(store: FileStore): Promise<ReadonlyMap<string, Descriptor>> {
  const text = await readDocument(store, 'index.json');
  if (text === undefined) return new Map();
  const blobs = { store, pathOf: blobPath };
  const { images } = await surveyed(
    blobs,
    parseIndex(text.toString(), `index.json in ${store.title}`).manifests,
  );
  const manifests = await Promise.all(
    images.map(async ({ descriptor }) => await readManifest(blobs, descriptor)),
  );
  return new Map(manifests.flatMap(({ layers }) => layers.map((layer) => [layer.digest, layer])));
}

async function surveyed(blobs: BlobFiles, descriptors: readonly Descriptor[]): Promise<Survey> {
  const survey: Survey = { blobs, images: [], others: [], attested: [], visitCount: 0 };
  for (const descriptor of descriptors) await collect(survey, descriptor, { names: [], depth: 0 });
  return survey;
}

interface Survey {
  readonly blobs: BlobFiles;
  readonly images: LayoutImage[];
  /** What else there is, by media type or digest. */
  readonly others: string[];
  /** What attestations are about, by digest. */
  readonly attested: string[];
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
  const { blobs, images, others, attested } = survey;
  const { store } = blobs;
  survey.visitCount += 1;
  if (survey.visitCount > mostVisits) {
    throw new UserError(`the indexes in ${store.title} list more than ${mostVisits} manifests`, {
      hint: 'No image has so many: the layout is damaged, or made to do harm.',
    });
  }
  if (descriptor.annotations['vnd.docker.reference.type'] === 'attestation-manifest') {
    return void attested.push(descriptor.annotations['vnd.docker.reference.digest'] ?? '');
  }
  const names = [...new Set([...above.names, ...namesOf(descriptor)])];
  if (mediaTypes.indexes.includes(descriptor.mediaType)) {
    if (above.depth >= deepestIndex)
      throw new UserError(`the indexes in ${store.title} are nested too deeply`);
    const content = await readBlob(blobs, descriptor);
    if (content === undefined) return void others.push(`the index ${descriptor.digest}, which is missing`);
    const index = parseIndex(content.toString(), `the index ${descriptor.digest} in ${store.title}`);
    for (const inner of index.manifests) await collect(survey, inner, { names, depth: above.depth + 1 });
    return;
  }
  if (!mediaTypes.manifests.includes(descriptor.mediaType)) return void others.push(descriptor.mediaType);
  const content = await readBlob(blobs, descriptor);
  if (content === undefined) return void others.push(`the manifest ${descriptor.digest}, which is missing`);
  const manifest = parseManifest(content.toString(), `the manifest ${descriptor.digest} in ${store.title}`);
  if (!mediaTypes.configs.includes(manifest.config.mediaType))
    return void others.push(manifest.config.mediaType);
  const platform = descriptor.platform ?? (await readConfig(blobs, manifest.config)).platform;
  const { os, architecture, variant } = platform;
  images.push({
    names,
    platform: { os, architecture, ...(variant !== undefined && { variant }) },
    digest: descriptor.digest,
    descriptor,
  });
}

/** Tags as skopeo and umoci write them, and full names as BuildKit and containerd do. */
export function namesOf(descriptor: Descriptor): string[] {
  return ['org.opencontainers.image.ref.name', 'io.containerd.image.name'].flatMap(
    (key) => descriptor.annotations[key] ?? [],
  );
}

async function readImage(
  blobs: BlobFiles,
  descriptor: Descriptor,
): Promise<{
  readonly manifest: ManifestDocument;
  readonly config: ImageConfig;
  readonly documents: ImageDocuments;
}> {
  const content = await readHeldBlob(blobs, descriptor);
  const manifest = parseHeldManifest(blobs, descriptor, content);
  const config = await readHeldBlob(blobs, manifest.config);
  return {
    manifest,
    config: parseHeldConfig(blobs, manifest.config, config),
    documents: { config, manifest: { mediaType: manifest.mediaType ?? descriptor.mediaType, content } },
  };
}

async function readManifest(blobs: BlobFiles, descriptor: Descriptor): Promise<ManifestDocument> {
  return parseHeldManifest(blobs, descriptor, await readHeldBlob(blobs, descriptor));
}

async function readConfig(blobs: BlobFiles, descriptor: Descriptor): Promise<ImageConfig> {
  return parseHeldConfig(blobs, descriptor, await readHeldBlob(blobs, descriptor));
}

function parseHeldManifest({ store }: BlobFiles, { digest }: Descriptor, content: string): ManifestDocument {
  return parseManifest(content, `the manifest ${digest} in ${store.title}`);
}

function parseHeldConfig({ store }: BlobFiles, { digest }: Descriptor, content: string): ImageConfig {
  return parseConfig(content, `the configuration ${digest} in ${store.title}`);
}

async function readHeldBlob(blobs: BlobFiles, descriptor: Descriptor): Promise<string> {
  const content = await readBlob(blobs, descriptor);
  if (content === undefined) throw missingFile(blobs.pathOf(descriptor.digest), blobs.store.title);
  return content.toString();
}

async function readBlob({ store, pathOf }: BlobFiles, descriptor: Descriptor): Promise<Buffer | undefined> {
  const path = pathOf(descriptor.digest);
  const content = await readDocument(store, path);
  if (content !== undefined) verifyDocument(content, descriptor, `${path} in ${store.title}`);
  return content;
}

async function layoutLayers(
  blobs: BlobFiles,
  manifest: ManifestDocument,
  config: ImageConfig,
): Promise<Layer[]> {
  const { store, pathOf } = blobs;
  const layers = manifestLayers({
    title: store.title,
    manifest,
    config,
    open: async (descriptor, title) => await openLayer(blobs, descriptor, title),
    locate: async ({ digest }) => await store.locate(pathOf(digest)),
  });
  await Promise.all(manifest.layers.map(async (descriptor) => await checkHeld(blobs, descriptor)));
  return layers;
}

async function checkHeld({ store, pathOf }: BlobFiles, descriptor: Descriptor): Promise<void> {
  const path = pathOf(descriptor.digest);
  const sizeBytes = await store.sizeBytes(path);
  if (sizeBytes === undefined && descriptor.urls.length === 0) throw missingFile(path, store.title);
  if (sizeBytes !== undefined) checkLayerLength(descriptor, sizeBytes, store.title);
}

async function openLayer(
  { store, pathOf }: BlobFiles,
  descriptor: Descriptor,
  title: string,
): ReturnType<FileStore['open']> {
  const path = pathOf(descriptor.digest);
  const isHeld = (await store.sizeBytes(path)) !== undefined;
  if (isHeld || descriptor.urls.length === 0) return await store.open(path);
  throw absentLayer(descriptor, title);
}
