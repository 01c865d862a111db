import { z } from 'zod';
import { loadTable, name, source } from './table-fields.ts';

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

/** Development tools, checked when this module is loaded, like the tables below. */
export const devOnlyTable: DevOnlyTable = loadTable(new URL('dev-only.yaml', import.meta.url), devOnlySchema);
