import { z } from 'zod';
import { loadTable, name, source } from './table-fields.ts';

/** Distributions that others load for an application, and what it shows then. */
export interface UsedThrough {
  readonly names: readonly string[];
  /** Who loads it, one of which must be there; empty for everybody. */
  readonly by: readonly string[];
  /** Modules and names in modules: `starlette.templating`, `fastapi.Form`. */
  readonly imports: readonly string[];
  /** Functions and classes: `read_excel`. */
  readonly calls: readonly string[];
  /** String constants and words of commands. */
  readonly strings: readonly string[];
  /** Of URLs: `postgresql+psycopg2`, `s3`. */
  readonly schemes: readonly string[];
  /** Programs. */
  readonly started: readonly string[];
  /** Variables of the environment with the starts of values, in small letters. */
  readonly settings: Readonly<Record<string, readonly string[]>>;
  /** Variables that decide otherwise where they are set. */
  readonly unlessSettings: readonly string[];
  /** False where a sign is a doubt, and no use. */
  readonly isSure: boolean;
  /** `forms and uploads are read with it`. */
  readonly how: string;
  readonly source: string;
}

const signs = z.array(z.string().min(1)).default([]);

const usedThroughSchema = z.strictObject({
  entries: z.array(
    z.strictObject({
      names: z.array(name).min(1),
      by: z.array(name),
      imports: signs,
      calls: z.array(z.string().regex(/^[A-Za-z_]\w*$/)).default([]),
      strings: signs,
      schemes: z.array(z.string().regex(/^[a-z][a-z0-9]*(?:\+[a-z0-9_]+)?$/)).default([]),
      started: signs,
      settings: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.array(z.string())).default({}),
      unlessSettings: signs,
      isSure: z.boolean().default(true),
      how: z.string(),
      source,
    }),
  ),
});

/** What others load for an application. */
export const usedThroughTable: { readonly entries: readonly UsedThrough[] } = loadTable(
  new URL('used-through.yaml', import.meta.url),
  usedThroughSchema,
);
