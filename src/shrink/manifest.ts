import type { Image } from '../image/index.ts';
import type { ShrinkPlan } from './plan.ts';

/** A file that is gone, smaller, or a link to a copy now, and where it still is. */
export interface ManifestEntry {
  readonly path: string;
  readonly action: 'removed' | 'stripped' | 'linked';
  readonly pass: string;
  readonly reason: string;
  readonly savedBytes: number;
  /** The original layer that has it whole: its position, 0 the lowest, and the digest of its bytes as stored. */
  readonly layer: number;
  readonly layerDigest: string;
  /** Its path in that layer, where a hard link of a later one showed it under another name. */
  readonly storedAs?: string;
}

/** Every file that a plan takes or changes, by path; schema `plimsoll.shrink-manifest/1`. */
export interface ShrinkManifest {
  readonly image: { readonly name: string; readonly digest: string };
  readonly files: readonly ManifestEntry[];
}

const actions = { remove: 'removed', strip: 'stripped', link: 'linked' } as const;

/** Lists what a plan takes, for whoever misses a file. */
export function shrinkManifest(
  image: Pick<Image, 'name' | 'digest' | 'layers'>,
  plan: ShrinkPlan,
): ShrinkManifest {
  const files = plan.edits.map(
    ({ edit, pass, layer, storedAs, savedBytes }): ManifestEntry => ({
      path: edit.path,
      action: actions[edit.kind],
      pass,
      reason: edit.reason,
      savedBytes,
      layer,
      layerDigest: image.layers[layer]?.digest ?? '',
      ...(storedAs !== undefined && { storedAs }),
    }),
  );
  return {
    image: { name: image.name, digest: image.digest },
    files: files.sort((one, other) => (one.path < other.path ? -1 : 1)),
  };
}
