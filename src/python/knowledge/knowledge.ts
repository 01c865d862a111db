import { z } from 'zod';
import { readTable } from '../../base/index.ts';

type Weight = 1 | 2 | 3;

/** Which version a row was last measured with, and when. */
export interface Measured {
  readonly version: string;
  /** `2026-11-29`. */
  readonly date: string;
}

/** Bytes of one wheel's files that a row is about. */
export interface MeasuredBytes extends Measured {
  /** Normalised. */
  readonly distribution: string;
  readonly bytes: number;
}

/** Development tools by reason. */
export interface DevOnlyTable {
  readonly entries: readonly {
    readonly reason: string;
    readonly names: readonly string[];
    readonly prefixes: readonly string[];
    readonly usedThrough: readonly string[];
    readonly loggedToBy: readonly string[];
    readonly places: readonly string[];
    readonly isForSessions: boolean;
    readonly isNeededWhenCompiling: boolean;
    readonly source: string;
  }[];
}

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

interface RuntimeBySuite {
  readonly bookworm?: readonly string[] | undefined;
  readonly trixie?: readonly string[] | undefined;
}

/** What native code asks of Debian. */
export interface SystemTable {
  readonly source: string;
  readonly distributions: readonly {
    readonly name: string;
    readonly sonames: readonly string[];
    /** Linked with by a part that is tried and done without. */
    readonly optional: readonly string[];
    /** By ctypes or cffi: its files are linked with none of them. */
    readonly isLoadedByName: boolean;
    readonly programs: readonly string[];
    readonly measured?: Measured | undefined;
    readonly unlessExtra?: string | undefined;
    readonly note?: string | undefined;
  }[];
  readonly bundled: readonly string[];
  /** Sonames that `python:*-slim` and `debian:*-slim` have in every suite. */
  readonly slimBase: readonly string[];
  readonly sonames: Readonly<
    Record<string, { readonly bookworm?: string | undefined; readonly trixie?: string | undefined }>
  >;
  readonly development: Readonly<Record<string, readonly string[] | 'undecided' | RuntimeBySuite>>;
  readonly systems: Readonly<Record<'bullseye' | 'focal' | 'jammy' | 'noble', SystemNames>>;
}

/** How the packages of a system are named, by a release that the tables have. */
export interface SystemNames {
  readonly like: 'bookworm' | 'trixie';
  /** Name there → name here, of the same soname. */
  readonly sameLibrary: Readonly<Record<string, string>>;
  /** Name there → name here, of another soname: for what is compiled here. */
  readonly otherLibrary: Readonly<Record<string, string>>;
}

/** What a Debian package is for. */
export type AptPurpose =
  | 'build-tool'
  | 'development-header'
  | 'developer-convenience'
  | 'fetch-tool'
  | 'runtime-program'
  | 'runtime-data'
  | 'runtime-library';

/** A Debian package of the table, with its purpose. */
export interface AptPackage {
  readonly name: string;
  readonly purpose: AptPurpose;
  /** The programs it brings that scripts call. */
  readonly commands: readonly string[];
  /** What it adds to a slim Python image, dependencies included, in bytes. */
  readonly closureBytes?: number | undefined;
  /** The same with recommended packages. */
  readonly withRecommendsBytes?: number | undefined;
}

/** What may be removed inside site-packages, and what broke where it was. */
export interface RemovableEntry {
  readonly id: string;
  /** Globs relative to site-packages. */
  readonly paths: readonly string[];
  readonly verdict: 'safe' | 'guarded' | 'opt-in' | 'never';
  readonly guard?: string | undefined;
  readonly broke: string;
  /** The rule of `prune-site-packages.py` that does it. */
  readonly rule?: string | undefined;
  readonly note?: string | undefined;
  /** What the paths match in wheels, uncompressed; `npm run bench -- knowledge` measures it again. */
  readonly measured: readonly MeasuredBytes[];
  readonly source: string;
}

/** Distributions of which an environment needs one. */
export interface SamePurposeGroup {
  readonly id: string;
  readonly kind: 'same-modules' | 'contains' | 'choose-one';
  readonly members: readonly string[];
  /** Best first. */
  readonly keep: readonly string[];
  readonly note: string;
  readonly source: string;
}

/** Distributions that run without an import of the application. */
export interface LoadedOtherwise {
  readonly names: readonly string[];
  /** Who loads it; empty for everybody. */
  readonly by: readonly string[];
  readonly how: string;
  readonly isInstaller: boolean;
  readonly source: string;
}

const name = z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
const source = z.union([z.literal('measured'), z.string().startsWith('https://')]);
const date = z.string().regex(/^\d{4}-\d\d-\d\d$/);
const measured = z.strictObject({ version: z.string(), date });
const measuredBytes = z.strictObject({
  distribution: name,
  version: z.string(),
  bytes: z.number().int().nonnegative(),
  date,
});
const weight = z.union([z.literal(1), z.literal(2), z.literal(3)]);

const devOnlySchema = z.strictObject({
  entries: z.array(
    z.strictObject({
      reason: z.string(),
      names: z.array(name),
      prefixes: z.array(z.string().endsWith('-')).default([]),
      usedThrough: z.array(z.string()).default([]),
      loggedToBy: z.array(z.string()).default([]),
      places: z.array(z.string().regex(/^[a-z0-9]+$/)).default([]),
      isForSessions: z.boolean().default(false),
      isNeededWhenCompiling: z.boolean().default(false),
      source,
    }),
  ),
});

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

const bySuite = z.strictObject({ bookworm: z.string().optional(), trixie: z.string().optional() });
const runtimeBySuite = z.strictObject({
  bookworm: z.array(z.string()).optional(),
  trixie: z.array(z.string()).optional(),
});

const systemSchema = z.strictObject({
  source,
  distributions: z.array(
    z.strictObject({
      name,
      sonames: z.array(z.string()).default([]),
      optional: z.array(z.string()).default([]),
      isLoadedByName: z.boolean().default(false),
      measured: measured.optional(),
      programs: z.array(z.string()).default([]),
      unlessExtra: z.string().optional(),
      note: z.string().optional(),
    }),
  ),
  bundled: z.array(name),
  slimBase: z.array(z.string()),
  sonames: z.record(z.string(), bySuite),
  development: z.record(z.string(), z.union([z.array(z.string()), z.literal('undecided'), runtimeBySuite])),
  systems: z.record(
    z.enum(['bullseye', 'focal', 'jammy', 'noble']),
    z.strictObject({
      like: z.enum(['bookworm', 'trixie']),
      sameLibrary: z.record(z.string(), z.string()),
      otherLibrary: z.record(z.string(), z.string()),
    }),
  ),
});

const aptSchema = z.strictObject({
  source,
  packages: z.array(
    z.strictObject({
      name: z.string(),
      purpose: z.enum([
        'build-tool',
        'development-header',
        'developer-convenience',
        'fetch-tool',
        'runtime-program',
        'runtime-data',
        'runtime-library',
      ]),
      commands: z.array(z.string()).default([]),
      closureBytes: z.number().optional(),
      withRecommendsBytes: z.number().optional(),
    }),
  ),
});

const removableSchema = z.strictObject({
  entries: z.array(
    z.strictObject({
      id: z.string(),
      paths: z.array(z.string()),
      verdict: z.enum(['safe', 'guarded', 'opt-in', 'never']),
      guard: z.string().optional(),
      broke: z.string(),
      rule: z.string().optional(),
      note: z.string().optional(),
      measured: z.array(measuredBytes).default([]),
      source,
    }),
  ),
});

const importNamesSchema = z.strictObject({ source, names: z.record(z.string(), z.array(name).min(1)) });

const samePurposeSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.enum(['same-modules', 'contains', 'choose-one']),
      members: z.array(name).min(2),
      keep: z.array(name).min(1),
      note: z.string(),
      source,
    }),
  ),
});

const loadedOtherwiseSchema = z.strictObject({
  entries: z.array(
    z.strictObject({
      names: z.array(name).min(1),
      by: z.array(name),
      how: z.string(),
      isInstaller: z.boolean().default(false),
      source,
    }),
  ),
});

function load<T>(file: URL, schema: z.ZodType<T>): T {
  return schema.parse(readTable(file));
}

/** Development tools, checked when this module is loaded, like the tables below. */
export const devOnlyTable: DevOnlyTable = load(new URL('dev-only.yaml', import.meta.url), devOnlySchema);
/** GPU builds and their CPU variants. */
export const hardwareTable: HardwareTable = load(
  new URL('hardware-variants.yaml', import.meta.url),
  hardwareSchema,
);
/** Shared libraries and the Debian packages behind them. */
export const systemTable: SystemTable = load(new URL('system-libraries.yaml', import.meta.url), systemSchema);
/** Debian packages by purpose. */
export const aptTable: { readonly packages: readonly AptPackage[] } = load(
  new URL('apt-packages.yaml', import.meta.url),
  aptSchema,
);
/** What may be removed. */
export const removableTable: { readonly entries: readonly RemovableEntry[] } = load(
  new URL('removable.yaml', import.meta.url),
  removableSchema,
);
/** Import name → distributions. */
export const importNamesTable: { readonly names: Readonly<Record<string, readonly string[]>> } = load(
  new URL('import-names.yaml', import.meta.url),
  importNamesSchema,
);
/** Distributions of one purpose. */
export const samePurposeTable: { readonly groups: readonly SamePurposeGroup[] } = load(
  new URL('same-purpose.yaml', import.meta.url),
  samePurposeSchema,
);
/** Distributions that something else than an import loads. */
export const loadedOtherwiseTable: { readonly entries: readonly LoadedOtherwise[] } = load(
  new URL('loaded-otherwise.yaml', import.meta.url),
  loadedOtherwiseSchema,
);
