import { sha256Digest } from '../../base/index.ts';
import { formatConfig } from '../config.ts';
import { ociIndex } from '../documents.ts';
import type { Image, Layer, Platform } from '../image.ts';

/** A small document of an image with its place among the blobs. */
export interface ImageDocument {
  readonly digest: string;
  readonly content: string;
}

/** The documents of an OCI layout that holds one image. */
export interface OciDocuments {
  readonly config: ImageDocument;
  readonly manifest: ImageDocument;
  readonly index: string;
  /** The content of the file `oci-layout`. */
  readonly layout: string;
}

/** Makes the configuration, manifest and index of an image whose layers are stored as they are; `tag` names it. */
export function ociDocuments(image: Image, tag?: string): OciDocuments {
  const config = documentOf(image.documents?.config ?? formatConfig(image.config));
  const manifest = documentOf(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: config.digest,
        size: Buffer.byteLength(config.content),
      },
      layers: image.layers.map((layer) => ({
        mediaType: ociMediaType(layer),
        digest: layer.digest,
        size: layer.sizeBytes,
        urls: layer.urls,
        annotations: layer.annotations,
      })),
      annotations: image.annotations,
    }),
  );
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: ociIndex,
    manifests: [
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest: manifest.digest,
        size: Buffer.byteLength(manifest.content),
        platform: platformOf(image.platform),
        annotations: tag === undefined ? undefined : { 'org.opencontainers.image.ref.name': tag },
      },
    ],
  });
  return { config, manifest, index, layout: JSON.stringify({ imageLayoutVersion: '1.0.0' }) };
}

/** Each distinct blob of the image's layers once. */
export function distinctLayers(image: Image): Layer[] {
  return [...new Map(image.layers.map((layer) => [layer.digest, layer])).values()];
}

function documentOf(content: string): ImageDocument {
  return { digest: sha256Digest(content), content };
}

const dockerPrefix = 'application/vnd.docker.image.rootfs.diff.tar';

/** Docker's names for layers in OCI's words; all others are OCI's already. */
function ociMediaType(layer: Layer): string {
  const { mediaType } = layer;
  if (!mediaType.startsWith(dockerPrefix)) return mediaType;
  return `application/vnd.oci.image.layer.v1.tar${mediaType.slice(dockerPrefix.length).replace('.', '+')}`;
}

function platformOf({ os, architecture, variant }: Platform): Platform {
  return { architecture, os, ...(variant !== undefined && { variant }) };
}
