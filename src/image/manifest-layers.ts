import type { Readable } from 'node:stream';
import { UserError } from '../base/index.ts';
import { layerInstructions } from './config.ts';
import { type Descriptor, type ManifestDocument, mediaTypes } from './documents.ts';
import type { ImageConfig, Layer } from './image.ts';
import { AbsentLayerError, type StoredPlace, storedLayer } from './layer.ts';

/** Where the layers of a manifest come from. */
export interface ManifestSource {
  /** How messages name it: a path or a reference. */
  readonly title: string;
  readonly manifest: ManifestDocument;
  readonly config: ImageConfig;
  /** Opens the bytes of a layer that `title` names. */
  readonly open: (descriptor: Descriptor, title: string) => Promise<Readable>;
  /** Where the bytes of a layer lie, if they do in a file. */
  readonly locate?: (descriptor: Descriptor) => Promise<StoredPlace | undefined>;
}

/**
 * The layers of an OCI or Docker manifest, lowest first. Throws a `UserError` when manifest and configuration differ in
 * number, or a layer is no tar.
 */
export function manifestLayers({ title, manifest, config, open, locate }: ManifestSource): Layer[] {
  const count = manifest.layers.length;
  if (count !== config.diffIds.length) {
    throw new UserError(
      `the manifest in ${title} lists ${count} layers, but its configuration ${config.diffIds.length}`,
      { hint: 'The image is damaged: save or pull it again.' },
    );
  }
  const instructions = layerInstructions(config);
  return manifest.layers.map((descriptor, position) => {
    const layerTitle = `layer ${position + 1} of ${count} in ${title}`;
    checkMediaType(descriptor, layerTitle);
    return storedLayer({
      digest: descriptor.digest,
      diffId: config.diffIds[position] ?? '',
      mediaType: descriptor.mediaType,
      sizeBytes: descriptor.size,
      createdBy: instructions[position],
      urls: descriptor.urls,
      title: layerTitle,
      open: async () => await open(descriptor, layerTitle),
      ...(locate && { locate: async () => await locate(descriptor) }),
    });
  });
}

function checkMediaType({ mediaType, digest }: Descriptor, title: string): void {
  if (mediaTypes.layers.includes(mediaType)) return;
  throw new UserError(`${title} (${digest}) has the media type ${mediaType}, which is no file system layer`, {
    hint: mediaType.includes('encrypted') ? 'Decrypt the image first.' : 'Only tar layers are read.',
  });
}

/** The error of a foreign layer that the source does not hold. */
export function absentLayer({ digest, urls }: Descriptor, title: string): AbsentLayerError {
  const message = `${title} (${digest}) is a foreign layer, which is not stored here`;
  return new AbsentLayerError(message, { digest, urls });
}
