import { parseManifest } from './documents.ts';

type Annotations = Readonly<Record<string, string>>;

/** What a manifest says of its image and of its layers beside what they are (OCI image-spec, annotations.md); what says nothing is left out. */
export interface ManifestAnnotations {
  readonly own?: Annotations;
  /** By the layer's digest. */
  readonly ofLayers: ReadonlyMap<string, Annotations>;
}

/** Reads the annotations of a manifest that its source has read already. */
export function manifestAnnotations(content: string): ManifestAnnotations {
  const { annotations, layers } = parseManifest(content, 'the manifest');
  const isSaid = (one: Annotations): boolean => Object.keys(one).length > 0;
  return {
    ...(isSaid(annotations) && { own: annotations }),
    ofLayers: new Map(
      layers.flatMap((layer) => (isSaid(layer.annotations) ? [[layer.digest, layer.annotations]] : [])),
    ),
  };
}
