import { type HardwareFamily, hardwareTable } from './knowledge/hardware-variants.ts';

/** What a requirement becomes on a machine without GPU. */
export interface CpuVariant {
  readonly family: string;
  /** How to get it: another index with a local version, another name, fewer extras. */
  readonly how: 'index' | 'rename' | 'extras';
  /** The name to install: the same for `index` and `extras`. */
  readonly name: string;
  /** For `index`: where the CPU build is, e.g. `https://download.pytorch.org/whl/cpu`. */
  readonly indexUrl: string | undefined;
  /** For `index`: the local version that marks it: `cpu` in `2.4.0+cpu`. */
  readonly localVersion: string | undefined;
  readonly extrasDropped: readonly string[];
  /** Distributions that require the GPU build by name. */
  readonly requiredBy: readonly string[];
  /** Every distribution that must be swapped in the same step. */
  readonly togetherWith: readonly string[];
  readonly note: string | undefined;
  readonly source: string;
}

/** The CPU variant of a distribution (normalised name), or undefined when it has none or needs none. */
export function cpuVariant(distribution: string): CpuVariant | undefined {
  const family = familyOf(distribution);
  if (!family || family.how === 'none' || family.cpu === distribution) return undefined;
  const index = hardwareTable.indexes.find((one) => one.name === family.index);
  return {
    family: family.id,
    how: family.how,
    name: family.cpu ?? distribution,
    indexUrl: index?.url,
    localVersion: family.localVersion,
    extrasDropped: family.extrasDropped,
    requiredBy: family.requiredBy,
    togetherWith: family.members.filter((member) => member !== distribution),
    note: family.note,
    source: family.source,
  };
}

function familyOf(distribution: string): HardwareFamily | undefined {
  return hardwareTable.families.find((family) => family.members.includes(distribution));
}

/** Whether a distribution only serves a GPU build (triton, `nvidia-*`) of a family, so that it goes with the swap; names the family. */
export function gpuCompanionOf(distribution: string): string | undefined {
  return hardwareTable.families.find(
    (family) =>
      family.how !== 'none' &&
      (family.alsoDropped.includes(distribution) ||
        family.droppedPrefixes.some(
          (prefix) => distribution.startsWith(prefix) && !isMonitoring(distribution),
        )),
  )?.id;
}

// These read the state of a GPU and are asked for by name; no CUDA build pulls them.
function isMonitoring(distribution: string): boolean {
  return distribution === 'nvidia-ml-py' || distribution.startsWith('nvidia-dali');
}

/** Whether installing this distribution (with these extras) pulls torch. */
export function pullsTorch(distribution: string, extras: readonly string[] = []): boolean {
  return hardwareTable.pullsTorch.some(
    (entry) => entry.name === distribution && (entry.extra === undefined || extras.includes(entry.extra)),
  );
}

/** `torchvision`, `torchaudio`: what a distribution requires beside torch, and what has to be of the same build. */
export function torchCompanions(distribution: string): readonly string[] {
  return hardwareTable.pullsTorch.find(({ name }) => name === distribution)?.companions ?? [];
}

/** How strongly a distribution in the requirements speaks for a GPU: 3 certain, 2 strong, 1 a hint; undefined for most. */
export function gpuOnlyDistribution(
  distribution: string,
): { readonly weight: 1 | 2 | 3; readonly reason: string; readonly source: string } | undefined {
  return (
    hardwareTable.gpuOnly.find((entry) => entry.name === distribution) ??
    hardwareTable.gpuOnlyPrefixes.find((entry) => distribution.startsWith(entry.prefix))
  );
}

/** A smaller distribution with the same modules. */
export interface SmallerDistribution {
  readonly from: string;
  readonly to: string;
  /** Calls that need the larger one: `imshow`. */
  readonly unlessCalls: readonly string[];
  readonly savesBytes: number;
  /** Debian packages that only the larger one needs. */
  readonly dropsSystemPackages: readonly string[];
  /** Distributions that require the larger one by name. */
  readonly requiredBy: readonly string[];
  /** Distributions that need these Debian packages, too. */
  readonly needSystemPackages: readonly string[];
  readonly note: string;
  readonly source: string;
}

/** The smaller stand-in of a distribution (opencv-python → opencv-python-headless), or undefined. */
export function smallerDistribution(distribution: string): SmallerDistribution | undefined {
  return hardwareTable.smaller.find((entry) => entry.from === distribution);
}

/** The calls for which this distribution is the smaller stand-in, and does not do. */
export function callsThatNeedMore(distribution: string): readonly string[] {
  return hardwareTable.smaller.find(({ to }) => to === distribution)?.unlessCalls ?? [];
}

/** The calls that need the larger one of such a pair: `imshow`. */
export function windowCalls(): readonly string[] {
  return [...new Set(hardwareTable.smaller.flatMap(({ unlessCalls }) => unlessCalls))];
}

/** What a distribution (normalised name) wants of a CUDA base image: `system` libraries, its compiler for the `build` or for the `run`. */
export function cudaWants(
  distribution: string,
  extras: readonly string[] = [],
): readonly ('system' | 'build' | 'run')[] {
  const entry = hardwareTable.cudaUse.find((one) => one.name === distribution);
  if (entry?.unlessExtra !== undefined && extras.includes(entry.unlessExtra)) return [];
  return (
    entry?.wants ??
    hardwareTable.cudaUsePrefixes.find(({ prefix }) => distribution.startsWith(prefix))?.wants ??
    []
  );
}
