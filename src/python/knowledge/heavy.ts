import { z } from 'zod';
import { loadTable, name, source } from './table-fields.ts';

const heavySchema = z.strictObject({
  entries: z.array(z.strictObject({ names: z.array(name).nonempty(), source })),
});

/** Distributions that are large with what they require, by normalised name. */
export const heavyNames: ReadonlySet<string> = new Set(
  loadTable(new URL('heavy.yaml', import.meta.url), heavySchema).entries.flatMap(({ names }) => names),
);
