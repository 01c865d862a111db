import { z } from 'zod';

/** What one import statement did. */
export interface ImportResult {
  readonly statement: string;
  readonly outcome: 'ok' | 'failed' | 'crashed' | 'timeout';
  readonly seconds: number;
  readonly error: ImportFailure | null;
  /** What it printed on both streams, its end where long; null where nothing could be captured. */
  readonly output: string | null;
}

/** Why an import failed; `type` is the exception's, or `crashed` or `timeout`. */
export interface ImportFailure {
  readonly type: string;
  readonly message: string;
  readonly missingModule: string | null;
  readonly missingLibrary: string | null;
  /** The owner of the file that raised it. */
  readonly distribution: string | null;
}

/** A shared library that the dynamic linker would not find. */
export interface LackingLibrary {
  /** Path below site-packages, or `lib-dynload/…` for the interpreter's own extension modules. */
  readonly library: string;
  readonly distribution: string | null;
  readonly soname: string;
  /** The symbol version that the library found does not define, `GLIBC_2.38`; null when the whole library is missing. */
  readonly version: string | null;
  /** The system library that needs it, where `library` needs it only through that. */
  readonly through: string | null;
  /** `elsewhere`: not where the linker looks, but bundled with some distribution that may have loaded it by then. */
  readonly state: 'missing' | 'elsewhere';
}

/** An installed distribution with what it requires. */
export interface InstalledVersion {
  readonly name: string;
  readonly version: string;
  /** `Requires-Dist` as written (PEP 508). */
  readonly requires: readonly string[];
}

/** A Python environment as it describes itself from inside an image: the answer of `probe-environment.py`. */
export interface Environment {
  readonly python: {
    readonly version: string;
    readonly implementation: string;
    readonly executable: string;
    readonly prefix: string;
    readonly path: readonly string[];
  };
  readonly user: { readonly uid: number; readonly gid: number; readonly name: string | null };
  readonly workingDir: string;
  /** PEP 508 environment markers by name. */
  readonly markers: Readonly<Record<string, string>>;
  readonly imports: readonly ImportResult[];
  /** Every shared library, and what the linker would not find for them. */
  readonly libraries: { readonly paths: readonly string[]; readonly lacking: readonly LackingLibrary[] };
  readonly distributions: readonly InstalledVersion[];
  /** Top-level names in site-packages (`PIL`, `cv2`) → the distribution that brought them. */
  readonly modules: Readonly<Record<string, string>>;
}

const importFailure: z.ZodType<ImportFailure> = z.object({
  type: z.string(),
  message: z.string(),
  missingModule: z.string().nullable(),
  missingLibrary: z.string().nullable(),
  distribution: z.string().nullable(),
});

const importResult: z.ZodType<ImportResult> = z.object({
  statement: z.string(),
  outcome: z.enum(['ok', 'failed', 'crashed', 'timeout']),
  seconds: z.number(),
  error: importFailure.nullable(),
  output: z.string().nullable(),
});

const lackingLibrary: z.ZodType<LackingLibrary> = z.object({
  library: z.string(),
  distribution: z.string().nullable(),
  soname: z.string(),
  version: z.string().nullable(),
  through: z.string().nullable(),
  state: z.enum(['missing', 'elsewhere']),
});

/** Checks the answer of `probe-environment.py`. */
export const environmentSchema: z.ZodType<Environment> = z.object({
  python: z.object({
    version: z.string(),
    implementation: z.string(),
    executable: z.string(),
    prefix: z.string(),
    path: z.array(z.string()),
  }),
  user: z.object({ uid: z.number(), gid: z.number(), name: z.string().nullable() }),
  workingDir: z.string(),
  markers: z.record(z.string(), z.string()),
  imports: z.array(importResult),
  libraries: z.object({ paths: z.array(z.string()), lacking: z.array(lackingLibrary) }),
  distributions: z.array(z.object({ name: z.string(), version: z.string(), requires: z.array(z.string()) })),
  modules: z.record(z.string(), z.string()),
});
