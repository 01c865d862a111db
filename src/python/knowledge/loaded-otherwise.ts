import { z } from 'zod';
import { loadTable, name, source } from './table-fields.ts';

/** Distributions that run without an import of the application. */
export interface LoadedOtherwise {
  readonly names: readonly string[];
  /** Who loads it; empty for everybody. */
  readonly by: readonly string[];
  readonly how: string;
  readonly isInstaller: boolean;
  readonly source: string;
}

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

/** Distributions that something else than an import loads. */
export const loadedOtherwiseTable: { readonly entries: readonly LoadedOtherwise[] } = loadTable(
  new URL('loaded-otherwise.yaml', import.meta.url),
  loadedOtherwiseSchema,
);
