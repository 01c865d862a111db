import { z } from 'zod';
import { loadTable, source } from './table-fields.ts';

/** What a Debian package is for. */
export type AptPurpose =
  | 'build-tool'
  | 'development-header'
  | 'developer-convenience'
  | 'fetch-tool'
  | 'runtime-program'
  | 'runtime-data'
  | 'runtime-library';

/** A Debian package of the table, with its purpose. */
export interface AptPackage {
  readonly name: string;
  readonly purpose: AptPurpose;
  /** The programs it brings that scripts call. */
  readonly commands: readonly string[];
  /** What it adds to a slim Python image, dependencies included, in bytes. */
  readonly closureBytes?: number | undefined;
  /** The same with recommended packages. */
  readonly withRecommendsBytes?: number | undefined;
}

const aptSchema = z.strictObject({
  source,
  packages: z.array(
    z.strictObject({
      name: z.string(),
      purpose: z.enum([
        'build-tool',
        'development-header',
        'developer-convenience',
        'fetch-tool',
        'runtime-program',
        'runtime-data',
        'runtime-library',
      ]),
      commands: z.array(z.string()).default([]),
      closureBytes: z.number().optional(),
      withRecommendsBytes: z.number().optional(),
    }),
  ),
});

/** Debian packages by purpose. */
export const aptTable: { readonly packages: readonly AptPackage[] } = loadTable(
  new URL('apt-packages.yaml', import.meta.url),
  aptSchema,
);
