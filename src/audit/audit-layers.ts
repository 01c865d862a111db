import type { AuditSubject } from './audit-subject.ts';

/** What one layer stores and what becomes of it. */
export interface AuditLayer {
  readonly position: number;
  readonly digest: string;
  readonly diffId: string;
  /** As the builder recorded it, secrets masked; absent where history and layers differ in number. */
  readonly instruction?: string;
  /** True or false where the base image is known. */
  readonly isBase?: boolean;
  /** As the source stores it (compressed or not). */
  readonly storedBytes: number;
  /** As a compressed blob: what is stored, or what gzip makes of it; absent where that is not known. */
  readonly compressedBytes?: number;
  /** True where `compressedBytes` was worked out from samples. */
  readonly isCompressedEstimated?: true;
  readonly tarBytes: number;
  readonly contentBytes: number;
  readonly entryCount: number;
  /** Bytes of files at paths that no lower layer has. */
  readonly addedBytes: number;
  /** Bytes of files at paths that this layer replaces. */
  readonly changedBytes: number;
  /** Bytes of this layer that it or a later one hides. */
  readonly deadBytes: number;
  /** Of `deadBytes`: stored again by a later layer with the same content, and another owner or mode. */
  readonly metadataOnlyBytes: number;
  /** Bytes of lower layers that this one hides. */
  readonly buriedBytes: number;
  /** Of `buriedBytes`: what this layer deletes, and stores nothing in the place of. */
  readonly removedBytes: number;
}

/** The account of every layer, lowest first. */
export function auditLayers(subject: AuditSubject): AuditLayer[] {
  const { root, image, base } = subject;
  const sums = root.layers.map(() => ({
    dead: 0,
    metadataOnly: 0,
    buried: 0,
    removed: 0,
    replaced: new Set<string>(),
  }));
  for (const one of root.buried) {
    const [storing, hiding] = [sums[one.layer], sums[one.buriedBy]];
    if (storing === undefined || hiding === undefined) continue;
    storing.dead += one.sizeBytes;
    if (one.reason === 'metadata-only') storing.metadataOnly += one.sizeBytes;
    if (one.buriedBy === one.layer) continue;
    hiding.buried += one.sizeBytes;
    if (one.reason === 'deleted') hiding.removed += one.sizeBytes;
    hiding.replaced.add(one.path);
  }
  return root.layers.map((index, position) => {
    const sum = sums[position];
    const layer = image.layers[position];
    const instruction = subject.instructionOf(position);
    let changedBytes = 0;
    if (sum !== undefined && sum.replaced.size > 0) {
      for (const entry of index.entries()) if (sum.replaced.has(entry.path)) changedBytes += entry.sizeBytes;
    }
    return {
      position,
      digest: layer?.digest ?? index.diffId,
      diffId: index.diffId,
      ...(instruction === undefined ? {} : { instruction }),
      ...(base === undefined ? {} : { isBase: position < base.layerCount }),
      storedBytes: layer?.sizeBytes ?? index.tarBytes,
      ...compression(subject, position),
      tarBytes: index.tarBytes,
      contentBytes: index.contentBytes,
      entryCount: index.entryCount,
      addedBytes: index.contentBytes - changedBytes,
      changedBytes,
      deadBytes: sum?.dead ?? 0,
      metadataOnlyBytes: sum?.metadataOnly ?? 0,
      buriedBytes: sum?.buried ?? 0,
      removedBytes: sum?.removed ?? 0,
    };
  });
}

function compression(
  { compressed, image }: AuditSubject,
  position: number,
): Pick<AuditLayer, 'compressedBytes' | 'isCompressedEstimated'> {
  const [layer, known] = [image.layers[position], compressed?.[position]];
  // Not by its length: what was compressed before it came into the layer gets a little longer.
  if (layer !== undefined && layer.digest !== layer.diffId) return { compressedBytes: layer.sizeBytes };
  if (known === undefined) return {};
  return {
    compressedBytes: known.sizeBytes,
    ...(known.isEstimated && { isCompressedEstimated: true }),
  };
}
