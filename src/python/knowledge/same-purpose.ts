import { z } from 'zod';
import { loadTable, name, source } from './table-fields.ts';

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

/** Distributions of one purpose. */
export const samePurposeTable: { readonly groups: readonly SamePurposeGroup[] } = loadTable(
  new URL('same-purpose.yaml', import.meta.url),
  samePurposeSchema,
);
