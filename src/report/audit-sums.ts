import type { Audit, AuditPackage } from '../audit/index.ts';
import { formatBytes } from '../base/index.ts';
import { counted } from './wording.ts';

/** Bytes of each layer that are visible and not needed, by position; every avoidable byte is in one layer. */
export function avoidableByLayer({ findings }: Pick<Audit, 'findings'>): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  for (const { waste, layer, sizeBytes } of findings) {
    if (waste === 'avoidable' && layer !== undefined) sums.set(layer, (sums.get(layer) ?? 0) + sizeBytes);
  }
  return sums;
}

/** What would be left without dead and avoidable bytes. */
export function neededBytes({ image, deadBytes, avoidableBytes }: Audit): number {
  return image.contentBytes - deadBytes - avoidableBytes;
}

/** `linux/arm/v7`. */
export function platformName({ os, architecture, variant }: Audit['image']['platform']): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

/** What a registry stores of it: `312 MB`, `≈ 312 MB` where that comes from samples; undefined where it is not known. */
export function compressedText(
  part: Pick<Audit['image'], 'compressedBytes' | 'isCompressedEstimated'>,
): string | undefined {
  if (part.compressedBytes === undefined) return undefined;
  return `${part.isCompressedEstimated === true ? '≈ ' : ''}${formatBytes(part.compressedBytes)}`;
}

/** How the source keeps the layers: `312 MB compressed`, or `stored 2.10 GB` where nothing tells what that comes to. */
export function storedFact(image: Audit['image']): string {
  const compressed = compressedText(image);
  return compressed === undefined ? `stored ${formatBytes(image.storedBytes)}` : `${compressed} compressed`;
}

/** The title of a column of `layerSize`. */
export function layerSizeTitle({ image }: Pick<Audit, 'image'>): 'compressed' | 'stored' {
  return image.compressedBytes === undefined ? 'stored' : 'compressed';
}

/** A layer as a compressed blob, or as it is stored where that is not known of all layers. */
export function layerSize({ image }: Pick<Audit, 'image'>, layer: Audit['layers'][number]): string {
  const compressed = image.compressedBytes === undefined ? undefined : compressedText(layer);
  return compressed ?? formatBytes(layer.storedBytes);
}

const evidenceWords = {
  given: 'as given',
  digest: 'by its digests',
  label: 'by its label',
  history: 'by its history',
} as const;

/** What of the content is the base image's, and what was put on top of it; undefined where it is not known. */
export interface BaseShare {
  readonly name: string;
  readonly evidence: string;
  readonly layers: string;
  readonly baseBytes: number;
  readonly userBytes: number;
  readonly userLayers: string;
}

/** The base image's share, in words and bytes. */
export function baseShare({ base, baseBytes, userBytes, layers }: Audit): BaseShare | undefined {
  if (base === undefined || baseBytes === undefined || userBytes === undefined) return undefined;
  return {
    name: base.name ?? 'base image',
    evidence: evidenceWords[base.evidence],
    layers: counted(base.layerCount, 'layer'),
    baseBytes,
    userBytes,
    userLayers: counted(layers.length - base.layerCount, 'layer'),
  };
}

/** `Python`, or the package manager's name. */
export function packageKindName(kind: string): string {
  return kind === 'distribution' ? 'Python' : kind;
}

/** Where a distribution is that another place has too: `opt/venv`, the folder of its Python where it has the usual form. */
function packagePlace({ location }: Pick<AuditPackage, 'location'>): string | undefined {
  return location?.replace(/\/lib(?:64)?\/python[\d.]+\/(?:site|dist)-packages$/, '');
}

/** The same behind a name or a version: ` in opt/venv`; empty for what is there once. */
export function inPlace(one: Pick<AuditPackage, 'location'>): string {
  const place = packagePlace(one);
  return place === undefined ? '' : ` in ${place}`;
}

/** Visible bytes as a part of all: `99.9%`; only an image without a dead byte reads as 100%. */
export function efficiencyText({ efficiency }: Pick<Audit, 'efficiency'>): string {
  return efficiency >= 1 ? '100%' : `${(Math.floor(efficiency * 1000) / 10).toFixed(1)}%`;
}
