import { z } from 'zod';
import { loadTable, name, source } from './table-fields.ts';

/** Why a distribution is one for development. */
export interface DevelopmentPurpose {
  readonly reason: string;
  /** Modules of other distributions that need it at run time: `torch.utils.tensorboard` needs tensorboard. */
  readonly usedThrough: readonly string[];
  /** Modules and classes of other distributions that write to it where it is installed: `ultralytics`, `transformers.Trainer`. */
  readonly loggedToBy: readonly string[];
  /** What files of other distributions are called that are only loaded in it, beside its own modules: `notebook`. */
  readonly places: readonly string[];
  /** Imports of it in functions are for test runs, or for somebody at a prompt. */
  readonly isForSessions: boolean;
  /** Needed while something is compiled from source. */
  readonly isNeededWhenCompiling: boolean;
  readonly source: string;
}

/** Development tools by reason. */
export interface DevOnlyTable {
  readonly entries: readonly (DevelopmentPurpose & {
    readonly names: readonly string[];
    readonly prefixes: readonly string[];
  })[];
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
