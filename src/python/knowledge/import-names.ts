import { z } from 'zod';
import { loadTable, name, source } from './table-fields.ts';

const importNamesSchema = z.strictObject({ source, names: z.record(z.string(), z.array(name).min(1)) });

/** Import name → distributions. */
export const importNamesTable: { readonly names: Readonly<Record<string, readonly string[]>> } = loadTable(
  new URL('import-names.yaml', import.meta.url),
  importNamesSchema,
);
