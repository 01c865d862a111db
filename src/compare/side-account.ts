import { redactInstruction } from '../finding/index.ts';
import { type GroupOf, groupFiles } from './group-of.ts';
import { type Group, groups } from './groups.ts';
import type { ForecastSide, ImageSide, Side } from './side.ts';

/** What a group or a layer takes up. */
export interface Amount {
  /** Bytes stored, dead ones included: what engines show. */
  readonly contentBytes: number;
  /** Of `contentBytes`: hidden in the final file system. */
  readonly deadBytes: number;
  readonly compressedBytes: number;
  /** Half the width of the interval that holds the true `contentBytes`; 0 where it was counted. */
  readonly uncertaintyBytes: number;
}

/** One layer with all that push and pull need to know of it. */
export interface AccountLayer extends Amount {
  readonly position: number;
  /** The uncompressed digest, or for a forecast the shared key; layers of two images with the same identity are one. */
  readonly identity: string;
  /** As the builder recorded it, or the forecast's label. */
  readonly instruction: string;
  /** The group that holds most of its bytes. */
  readonly group: Group;
  readonly groupBytes: Readonly<Record<Group, number>>;
  readonly compressSeconds: number;
  readonly isSampled: boolean;
}

/** One side in numbers. */
export interface SideAccount {
  readonly name: string;
  readonly isForecast: boolean;
  readonly total: Amount;
  readonly groups: Readonly<Record<Group, Amount>>;
  readonly layers: readonly AccountLayer[];
  readonly baseLayerCount: number;
}

/** What one gzip thread of `docker push` reached on a real ML layer of 1.56 GB, in uncompressed bytes a second; for layers that nobody has measured. */
export const assumedGzipBytesPerSecond = 21e6;

/**
 * Compressed part of the content by group, for forecasts that do not know: `python:3.12-slim` is 43 of 119 MB, and an
 * installed set of CPU torch, transformers, scikit-learn and pandas 246 of 816 MB (gzip -6). The other two are taken to be like the base.
 */
export const assumedRatio: Readonly<Record<Group, number>> = {
  base: 0.36,
  'system-packages': 0.36,
  'python-dependencies': 0.3,
  application: 0.36,
};

/** Counts a side: by layer and by group, dead bytes in the group of the path that they had. */
export function accountOf(side: Side): SideAccount {
  return side.kind === 'image' ? imageAccount(side) : forecastAccount(side);
}

interface Tally {
  content: number;
  dead: number;
}

function imageAccount(side: ImageSide): SideAccount {
  const { baseLayerCount } = side;
  const tallies = tallyLayers(side, groupFiles(side, baseLayerCount));
  const layers = side.root.layers.map((index, position) => {
    const tally = tallies[position] ?? emptyTally();
    const measure = side.measures[position];
    const compressedBytes = measure?.compressedBytes ?? 0;
    const groupBytes = mapGroups((group) => tally[group].content);
    return {
      position,
      identity: index.diffId,
      instruction: redactInstruction(side.layers[position]?.createdBy ?? ''),
      group: position < baseLayerCount ? ('base' as const) : largestGroup(groupBytes),
      groupBytes,
      contentBytes: sumOf(groups.map((group) => tally[group].content)),
      deadBytes: sumOf(groups.map((group) => tally[group].dead)),
      compressedBytes,
      uncertaintyBytes: 0,
      compressSeconds: measure?.compressSeconds ?? 0,
      isSampled: measure?.isSampled ?? false,
      tally,
    };
  });
  return {
    name: side.name,
    isForecast: false,
    baseLayerCount,
    total: addAmounts(layers),
    groups: groupAmounts(layers),
    layers: layers.map(({ tally: _, ...layer }) => layer),
  };
}

type LayerTally = Readonly<Record<Group, Tally>>;

function emptyTally(): LayerTally {
  return mapGroups(() => ({ content: 0, dead: 0 }));
}

function tallyLayers(side: ImageSide, groupOf: GroupOf): LayerTally[] {
  const tallies = side.root.layers.map(emptyTally);
  for (const { entry, layer } of side.root.entries()) {
    const tally = tallies[layer]?.[groupOf(entry.path, layer)];
    if (tally !== undefined) tally.content += entry.sizeBytes;
  }
  for (const { path, layer, sizeBytes } of side.root.buried) {
    const tally = tallies[layer]?.[groupOf(path, layer)];
    if (tally === undefined) continue;
    tally.content += sizeBytes;
    tally.dead += sizeBytes;
  }
  return tallies;
}

interface TalliedLayer extends Amount {
  readonly group: Group;
  readonly tally: LayerTally;
}

/** Splits each layer's compressed bytes in proportion to its groups' content; the parts of a layer add up to the layer. */
function groupAmounts(layers: readonly TalliedLayer[]): Readonly<Record<Group, Amount>> {
  const compressed: Record<Group, number> = mapGroups(() => 0);
  for (const layer of layers) {
    if (layer.contentBytes === 0) {
      compressed[layer.group] += layer.compressedBytes;
      continue;
    }
    let before = 0;
    let given = 0;
    for (const group of groups) {
      before += layer.tally[group].content;
      // Rounded as a running sum, so that no byte is lost or made.
      const upTo = Math.round((layer.compressedBytes * before) / layer.contentBytes);
      compressed[group] += upTo - given;
      given = upTo;
    }
  }
  return mapGroups((group) => ({
    contentBytes: sumOf(layers.map(({ tally }) => tally[group].content)),
    deadBytes: sumOf(layers.map(({ tally }) => tally[group].dead)),
    compressedBytes: compressed[group],
    uncertaintyBytes: 0,
  }));
}

function forecastAccount(side: ForecastSide): SideAccount {
  const layers = side.rows.map((row, position) => ({
    position,
    identity: row.sharedKey ?? `${side.name}#${position}`,
    instruction: row.label,
    group: row.group,
    groupBytes: mapGroups((group) => (group === row.group ? row.sizeBytes : 0)),
    contentBytes: row.sizeBytes,
    deadBytes: 0,
    compressedBytes: row.compressedBytes ?? Math.round(row.sizeBytes * assumedRatio[row.group]),
    uncertaintyBytes: row.uncertaintyBytes,
    compressSeconds: row.sizeBytes / assumedGzipBytesPerSecond,
    isSampled: true,
  }));
  return {
    name: side.name,
    isForecast: true,
    baseLayerCount: side.rows.filter(({ group }) => group === 'base').length,
    total: addAmounts(layers),
    groups: mapGroups((group) => addAmounts(layers.filter((layer) => layer.group === group))),
    layers,
  };
}

/** Amounts added up; uncertainties too, since errors of one forecast tend to go the same way. */
function addAmounts(amounts: readonly Amount[]): Amount {
  return {
    contentBytes: sumOf(amounts.map((one) => one.contentBytes)),
    deadBytes: sumOf(amounts.map((one) => one.deadBytes)),
    compressedBytes: sumOf(amounts.map((one) => one.compressedBytes)),
    uncertaintyBytes: sumOf(amounts.map((one) => one.uncertaintyBytes)),
  };
}

function largestGroup(bytes: Readonly<Record<Group, number>>): Group {
  return groups.reduce((best, group) => (bytes[group] > bytes[best] ? group : best), 'application' as Group);
}

/** A record with a value for each group. */
export function mapGroups<Value>(make: (group: Group) => Value): Record<Group, Value> {
  return {
    base: make('base'),
    'system-packages': make('system-packages'),
    'python-dependencies': make('python-dependencies'),
    application: make('application'),
  };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}
