import { z } from 'zod';
import { loadTable, name, source } from './table-fields.ts';

/** What installs a program. */
export interface ProgramRow {
  /** Normalised names; one of them is enough. */
  readonly distributions: readonly string[];
  /** What to ask for, where that is not the first of them: `fastapi[standard]`. */
  readonly install?: string | undefined;
  /** Distributions that require one of them: `mcp`, `ray[serve]`, `flask-*`. */
  readonly broughtBy: readonly string[];
}

const bringer = z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\[[a-z0-9-]+\]|-?\*)?$/);

const programsSchema = z.strictObject({
  source,
  programs: z.record(
    z.string().min(1),
    z.strictObject({
      distributions: z.array(name).min(1),
      install: z.string().optional(),
      broughtBy: z.array(bringer),
    }),
  ),
});

/** Program → what installs it. */
export const programsTable: { readonly programs: Readonly<Record<string, ProgramRow>> } = loadTable(
  new URL('programs.yaml', import.meta.url),
  programsSchema,
);
