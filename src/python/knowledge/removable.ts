import { z } from 'zod';
import { date, loadTable, type Measured, name, source } from './table-fields.ts';

/** Bytes of one wheel's files that a row is about. */
export interface MeasuredBytes extends Measured {
  /** Normalised. */
  readonly distribution: string;
  readonly bytes: number;
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

const measuredBytes = z.strictObject({
  distribution: name,
  version: z.string(),
  bytes: z.number().int().nonnegative(),
  date,
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

/** What may be removed. */
export const removableTable: { readonly entries: readonly RemovableEntry[] } = loadTable(
  new URL('removable.yaml', import.meta.url),
  removableSchema,
);
