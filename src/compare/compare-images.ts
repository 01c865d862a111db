import { type Group, groups, groupTitles } from './groups.ts';
import { type PackageChange, packageChanges } from './package-changes.ts';
import { type PullCost, type PushCost, pullCost, pushCost } from './push-cost.ts';
import type { Side } from './side.ts';
import {
  type AccountLayer,
  type Amount,
  accountOf,
  assumedGzipBytesPerSecond,
  assumedRatio,
  type SideAccount,
} from './side-account.ts';

/** What two images are compared by. */
export interface CompareRequest {
  readonly fat: Side;
  readonly lean: Side;
  readonly uplinkBitsPerSecond: number;
  /** Default: the uplink's. */
  readonly downlinkBitsPerSecond?: number;
  /** Identities (diffIDs) of layers that the registry holds already. */
  readonly inRegistry?: ReadonlySet<string>;
  /** Uncompressed bytes a second that a host unpacks. Default 194 MB/s: one gzip thread. */
  readonly unpackBytesPerSecond?: number;
}

/** Before and after of one thing. */
export interface Saving {
  readonly fat: Amount;
  readonly lean: Amount;
  /** Uncompressed bytes that are gone; negative where it grew. */
  readonly savedBytes: number;
  /** Of the fat side, 0 to 100; negative where it grew; undefined where the fat side has nothing. */
  readonly savedPercent?: number;
  readonly savedCompressedBytes: number;
}

/** A group before and after. */
export interface GroupRow extends Saving {
  readonly group: Group;
  readonly title: string;
}

/** One side's name and layers. */
export interface ComparedSide {
  readonly name: string;
  readonly isForecast: boolean;
  readonly total: Amount;
  readonly baseLayerCount: number;
  /** Lowest first. */
  readonly layers: readonly AccountLayer[];
}

/** A layer that both images have. */
export interface SharedLayer {
  readonly identity: string;
  readonly instruction: string;
  readonly contentBytes: number;
  readonly compressedBytes: number;
}

/** Two images side by side. */
export interface Comparison {
  readonly fat: ComparedSide;
  readonly lean: ComparedSide;
  readonly total: Saving;
  /** In the order in which an image stacks them. */
  readonly groups: readonly GroupRow[];
  /** Those that changed most first; empty for forecasts. */
  readonly packages: readonly PackageChange[];
  readonly shared: readonly SharedLayer[];
  readonly push: {
    readonly uplinkBitsPerSecond: number;
    /** Each image by itself, to a registry with nothing but `inRegistry`. */
    readonly fat: PushCost;
    readonly lean: PushCost;
    /** The lean image after the fat one: shared layers are there already and are not sent again. */
    readonly leanAfterFat: PushCost;
  };
  readonly pull: {
    readonly downlinkBitsPerSecond: number;
    /** Each image by itself, to a host that has none of its layers. */
    readonly fat: PullCost;
    readonly lean: PullCost;
    /** The lean image to a host that has the fat one. */
    readonly leanAfterFat: PullCost;
  };
  readonly isForecast: boolean;
  /** How the numbers came about, for people. */
  readonly assumptions: readonly string[];
}

/** Compares two images, real or forecast: groups, layers, packages, push and pull. Sizes are sums of layer content, as engines show them. */
export function compareImages(request: CompareRequest): Comparison {
  const fat = accountOf(request.fat);
  const lean = accountOf(request.lean);
  const { uplinkBitsPerSecond } = request;
  const inRegistry = request.inRegistry ?? new Set<string>();
  const afterFat = new Set([...inRegistry, ...fat.layers.map(({ identity }) => identity)]);
  const pull = {
    downlinkBitsPerSecond: request.downlinkBitsPerSecond ?? uplinkBitsPerSecond,
    unpackBytesPerSecond: request.unpackBytesPerSecond ?? defaultUnpackBytesPerSecond,
  };
  return {
    fat: comparedSide(fat),
    lean: comparedSide(lean),
    total: saving(fat.total, lean.total),
    groups: groups.map((group) => ({
      group,
      title: groupTitles[group],
      ...saving(fat.groups[group], lean.groups[group]),
    })),
    packages: packageChanges(request.fat, request.lean),
    shared: sharedLayers(fat, lean),
    push: {
      uplinkBitsPerSecond,
      fat: pushCost({ layers: fat.layers, uplinkBitsPerSecond, inRegistry }),
      lean: pushCost({ layers: lean.layers, uplinkBitsPerSecond, inRegistry }),
      leanAfterFat: pushCost({ layers: lean.layers, uplinkBitsPerSecond, inRegistry: afterFat }),
    },
    pull: {
      downlinkBitsPerSecond: pull.downlinkBitsPerSecond,
      fat: pullCost({ layers: fat.layers, ...pull }),
      lean: pullCost({ layers: lean.layers, ...pull }),
      leanAfterFat: pullCost({ layers: lean.layers, ...pull, heldLayerCount: sharedStack(fat, lean) }),
    },
    isForecast: fat.isForecast || lean.isForecast,
    assumptions: assumptionsOf(request, fat, lean),
  };
}

const defaultUnpackBytesPerSecond = 194e6;

function comparedSide({ groups: _, ...side }: SideAccount): ComparedSide {
  return side;
}

function saving(fat: Amount, lean: Amount): Saving {
  const savedBytes = fat.contentBytes - lean.contentBytes;
  return {
    fat,
    lean,
    savedBytes,
    ...(fat.contentBytes === 0 ? {} : { savedPercent: (100 * savedBytes) / fat.contentBytes }),
    savedCompressedBytes: fat.compressedBytes - lean.compressedBytes,
  };
}

/** How many of the lowest layers are the same. A host keeps an unpacked layer for what lies below it, too: one that is shared further up is unpacked again. */
function sharedStack(fat: SideAccount, lean: SideAccount): number {
  const differs = lean.layers.findIndex(({ identity }, i) => identity !== fat.layers[i]?.identity);
  return differs === -1 ? lean.layers.length : differs;
}

function sharedLayers(fat: SideAccount, lean: SideAccount): SharedLayer[] {
  const known = new Set(fat.layers.map(({ identity }) => identity));
  const found = new Map<string, SharedLayer>();
  for (const { identity, instruction, contentBytes, compressedBytes } of lean.layers) {
    if (known.has(identity)) found.set(identity, { identity, instruction, contentBytes, compressedBytes });
  }
  return [...found.values()];
}

function assumptionsOf(request: CompareRequest, fat: SideAccount, lean: SideAccount): string[] {
  const isForecast = fat.isForecast || lean.isForecast;
  const isGuessed = [request.fat, request.lean].some(
    (side) => side.kind === 'image' && side.baseLayerCount === undefined,
  );
  const percent = (group: Group): string =>
    `${groupTitles[group].toLowerCase()} ${Math.round(100 * assumedRatio[group])}%`;
  return [
    'Size is the sum of all layers’ content, as container engines show it.',
    'A group’s compressed size is its part of each layer’s, in proportion to content.',
    'Push time is the longer of compression (one gzip thread) and upload, which overlap; each image by itself.',
    ...(!isForecast && [request.fat, request.lean].some(hasSamples)
      ? ['Large layers were compressed in part, and the rest inferred.']
      : []),
    ...estimateSentences([request.fat, request.lean].filter(hasEstimates)),
    ...(isForecast
      ? [
          `Forecast: compressed sizes that no wheel tells are assumed (${groups.map(percent).join(', ')}), and gzip at ${assumedGzipBytesPerSecond / 1e6} MB/s.`,
        ]
      : []),
    ...(isGuessed ? ['Which layers are the base image’s was told from their instructions.'] : []),
  ];
}

function hasSamples(side: Side): boolean {
  return side.kind === 'image' && side.measures.some((one) => one.isSampled && one.isEstimated !== true);
}

function hasEstimates(side: Side): boolean {
  return side.kind === 'image' && side.measures.some(({ isEstimated }) => isEstimated === true);
}

function estimateSentences(sides: readonly Side[]): string[] {
  if (sides.length === 0) return [];
  const names = [...new Set(sides.map(({ name }) => name))].join(' and ');
  return [
    `Compressed sizes of ${names} are estimates from an audit, mostly within 10% for a whole image, and gzip is taken to reach ${assumedGzipBytesPerSecond / 1e6} MB/s.`,
  ];
}
