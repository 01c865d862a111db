import { z } from 'zod';
import { date, loadTable, type Measured, measured, name, source } from './table-fields.ts';

type Weight = 1 | 2 | 3;

/** A family of distributions that have a GPU and a CPU build and are swapped together. */
export interface HardwareFamily {
  readonly id: string;
  readonly members: readonly string[];
  readonly how: 'index' | 'rename' | 'extras' | 'none';
  readonly index?: string | undefined;
  readonly localVersion?: string | undefined;
  readonly gpuLocalVersions?: string | undefined;
  readonly cpu?: string | undefined;
  readonly extrasDropped: readonly string[];
  readonly requiredBy: readonly string[];
  readonly alsoDropped: readonly string[];
  readonly droppedPrefixes: readonly string[];
  /** Installed sizes of members, of the CPU build and of what is dropped with the swap. */
  readonly sizes: readonly {
    readonly distribution: string;
    readonly build: 'gpu' | 'cpu';
    readonly bytes: number;
    /** Absent where nobody noted it. */
    readonly version?: string | undefined;
    readonly date?: string | undefined;
  }[];
  readonly note?: string | undefined;
  readonly source: string;
}

/** GPU builds and what stands in for them. */
export interface HardwareTable {
  readonly indexes: readonly { readonly name: string; readonly url: string; readonly source: string }[];
  readonly families: readonly HardwareFamily[];
  readonly smaller: readonly {
    readonly from: string;
    readonly to: string;
    readonly unlessCalls: readonly string[];
    readonly savesBytes: number;
    readonly measured?: Measured | undefined;
    readonly dropsSystemPackages: readonly string[];
    readonly requiredBy: readonly string[];
    readonly needSystemPackages: readonly string[];
    readonly note: string;
    readonly source: string;
  }[];
  readonly gpuOnly: readonly {
    readonly name: string;
    readonly weight: Weight;
    readonly reason: string;
    readonly source: string;
  }[];
  readonly gpuOnlyPrefixes: readonly {
    readonly prefix: string;
    readonly weight: Weight;
    readonly reason: string;
    readonly source: string;
  }[];
  readonly pullsTorch: readonly {
    readonly name: string;
    readonly extra?: string | undefined;
    /** What else of PyTorch it requires. */
    readonly companions: readonly ('torchvision' | 'torchaudio')[];
    readonly source: string;
  }[];
  readonly cudaUse: readonly (CudaUse & {
    readonly name: string;
    readonly unlessExtra?: string | undefined;
  })[];
  readonly cudaUsePrefixes: readonly (CudaUse & { readonly prefix: string })[];
}

/** What a distribution wants of a CUDA base: libraries, the compiler when it is installed, the compiler when it runs. */
export interface CudaUse {
  readonly wants: readonly ('system' | 'build' | 'run')[];
  readonly source: string;
}

const weight = z.union([z.literal(1), z.literal(2), z.literal(3)]);

const familySchema = z.strictObject({
  id: z.string(),
  members: z.array(name),
  how: z.enum(['index', 'rename', 'extras', 'none']),
  index: z.string().optional(),
  localVersion: z.string().optional(),
  gpuLocalVersions: z.string().optional(),
  cpu: name.optional(),
  extrasDropped: z.array(z.string()).default([]),
  requiredBy: z.array(name).default([]),
  alsoDropped: z.array(name).default([]),
  droppedPrefixes: z.array(z.string()).default([]),
  sizes: z
    .array(
      z.strictObject({
        distribution: name,
        build: z.enum(['gpu', 'cpu']),
        bytes: z.number().int().nonnegative(),
        version: z.string().optional(),
        date: date.optional(),
      }),
    )
    .default([]),
  note: z.string().optional(),
  source,
});

const cudaWants = z.array(z.enum(['system', 'build', 'run'])).min(1);

const hardwareSchema = z.strictObject({
  indexes: z.array(z.strictObject({ name: z.string(), url: z.url(), source })),
  families: z.array(familySchema),
  smaller: z.array(
    z.strictObject({
      from: name,
      to: name,
      unlessCalls: z.array(z.string()),
      savesBytes: z.number(),
      measured: measured.optional(),
      dropsSystemPackages: z.array(z.string()),
      requiredBy: z.array(name).default([]),
      needSystemPackages: z.array(name).default([]),
      note: z.string(),
      source,
    }),
  ),
  gpuOnly: z.array(z.strictObject({ name, weight, reason: z.string(), source })),
  gpuOnlyPrefixes: z.array(z.strictObject({ prefix: z.string(), weight, reason: z.string(), source })),
  pullsTorch: z.array(
    z.strictObject({
      name,
      extra: z.string().optional(),
      companions: z.array(z.enum(['torchvision', 'torchaudio'])).default([]),
      source,
    }),
  ),
  cudaUse: z.array(z.strictObject({ name, unlessExtra: z.string().optional(), wants: cudaWants, source })),
  cudaUsePrefixes: z.array(z.strictObject({ prefix: z.string(), wants: cudaWants, source })),
});

/** GPU builds and their CPU variants. */
export const hardwareTable: HardwareTable = loadTable(
  new URL('hardware-variants.yaml', import.meta.url),
  hardwareSchema,
);
