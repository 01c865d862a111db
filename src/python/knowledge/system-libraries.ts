import { z } from 'zod';
import { loadTable, type Measured, measured, name, source } from './table-fields.ts';

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

/** Shared libraries and the Debian packages behind them. */
export const systemTable: SystemTable = loadTable(
  new URL('system-libraries.yaml', import.meta.url),
  systemSchema,
);
