import { sha256Digest } from '../base/index.ts';
import { formatConfig, type HistoryEntry, type Image, type ImageConfig } from '../image/index.ts';
import type { PlannedLayer } from './arrange-layers.ts';
import type { LayerGroup } from './layer-group.ts';
import type { WrittenLayer } from './write-layers.ts';

/** What an image is put together from. */
export interface ShrunkImageParts {
  readonly image: Image;
  readonly baseLayerCount: number;
  readonly written: readonly WrittenLayer[];
  /** Names of the passes that changed something. */
  readonly passes: readonly string[];
  /** Seconds since 1970 for what is made now; the original's time without it, so that the same input gives the same bytes. */
  readonly sourceDateEpoch?: number | undefined;
}

/** What a group of files is called. */
export const groupTitles: Readonly<Record<LayerGroup, string>> = {
  system: 'system',
  'heavy-distributions': 'heavy Python distributions',
  distributions: 'other Python distributions',
  application: 'application',
};

/** The image of the base's own layers and the new ones; history, labels and annotations tell what was done. Closing it closes nothing. */
export function shrunkImage(parts: ShrunkImageParts): Image {
  const { image, baseLayerCount, written, passes } = parts;
  const layers = [...image.layers.slice(0, baseLayerCount), ...written.map((one) => describedLayer(one))];
  const facts = {
    'dev.plimsoll.shrink.source': image.digest,
    'dev.plimsoll.shrink.passes': passes.join(' '),
  };
  const created = createdAt(parts);
  const config: ImageConfig = {
    ...image.config,
    ...(created !== undefined && { created }),
    labels: { ...image.config.labels, ...facts },
    diffIds: layers.map(({ diffId }) => diffId),
    history: historyOf(parts, created),
  };
  return {
    name: image.name,
    platform: image.platform,
    digest: sha256Digest(formatConfig(config)),
    config,
    annotations: facts,
    layers,
    ...(image.repository && { repository: image.repository }),
    close: async () => {},
  };
}

function describedLayer({ layer, planned }: WrittenLayer): WrittenLayer['layer'] {
  return {
    ...layer,
    createdBy: instructionOf(planned),
    annotations: { 'dev.plimsoll.shrink.group': planned.group },
  };
}

function createdAt({ image, sourceDateEpoch }: ShrunkImageParts): string | undefined {
  if (sourceDateEpoch === undefined) return image.config.created;
  return new Date(sourceDateEpoch * 1000).toISOString();
}

/** `plimsoll shrink: heavy Python distributions, of layers 4, 5` */
function instructionOf({ group, from }: PlannedLayer): string {
  const layers = from.map((number) => number + 1).join(', ');
  const source = from.length === 0 ? '' : `, of layer${from.length === 1 ? '' : 's'} ${layers}`;
  return `plimsoll shrink: ${groupTitles[group]}${source}`;
}

/**
 * The base's history as it is; the instructions above it without layers of their own, as their files are in the new layers now, which
 * come where the last of them made its layer. Nothing where the original's history does not fit its layers.
 */
function historyOf(
  { image, baseLayerCount, written }: ShrunkImageParts,
  created: string | undefined,
): HistoryEntry[] {
  const { history } = image.config;
  const withLayer = history.filter(({ isEmptyLayer }) => !isEmptyLayer);
  if (withLayer.length !== image.layers.length) return [];
  const last = history.findLastIndex(({ isEmptyLayer }) => !isEmptyLayer);
  let seen = 0;
  const kept = history.map((entry) => {
    if (!entry.isEmptyLayer) seen += 1;
    return seen <= baseLayerCount || entry.isEmptyLayer
      ? entry
      : { ...entry, isEmptyLayer: true, comment: 'its files are in the layers of plimsoll shrink' };
  });
  const added = written.map(
    ({ planned }): HistoryEntry => ({
      createdBy: instructionOf(planned),
      ...(created !== undefined && { created }),
      comment: 'plimsoll shrink',
      isEmptyLayer: false,
    }),
  );
  return [...kept.slice(0, last + 1), ...added, ...kept.slice(last + 1)];
}
