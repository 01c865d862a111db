import * as z from 'zod';
import { parseManifest } from './documents.ts';

type Annotations = Readonly<Record<string, string>>;

/** What a manifest says of its image and of its layers beside what they are (OCI image-spec, annotations.md); what says nothing is left out. */
export interface ManifestAnnotations {
  readonly own?: Annotations;
  /** What it is a kind of, and which manifest it says something about, field by field as they stand there (`artifactType`, `subject`). */
  readonly association: Readonly<Record<string, unknown>>;
  /** By the layer's digest. */
  readonly ofLayers: ReadonlyMap<string, Annotations>;
}

const associationSchema = z.object({ artifactType: z.unknown(), subject: z.unknown() }).partial();

/** Reads the annotations of a manifest that its source has read already. */
export function manifestAnnotations(content: string): ManifestAnnotations {
  const { annotations, layers } = parseManifest(content, 'the manifest');
  const isSaid = (one: Annotations): boolean => Object.keys(one).length > 0;
  return {
    ...(isSaid(annotations) && { own: annotations }),
    association: associationSchema.parse(JSON.parse(content)),
    ofLayers: new Map(
      layers.flatMap((layer) => (isSaid(layer.annotations) ? [[layer.digest, layer.annotations]] : [])),
    ),
  };
}
