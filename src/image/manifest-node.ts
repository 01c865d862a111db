import type { Descriptor } from './documents.ts';

/** What a manifest is of. An attestation says something about an image of the same index (BuildKit, attestation-storage.md). */
export type ManifestKind = 'index' | 'image' | 'attestation' | 'artifact';

/** An index or a manifest of a source, byte for byte. */
export interface ManifestNode {
  readonly kind: ManifestKind;
  readonly digest: string;
  readonly mediaType: string;
  readonly content: string;
  /** What an index lists, in its order. */
  readonly children: readonly ManifestNode[];
  /** Configuration and layers of a manifest. */
  readonly blobs: readonly Descriptor[];
  /** `linux/arm64`, where the index tells it. */
  readonly platform?: string | undefined;
  /** The image that an attestation is about. */
  readonly subjectDigest?: string | undefined;
}
