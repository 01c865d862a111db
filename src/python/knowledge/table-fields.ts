import { z } from 'zod';
import { readTable } from '../../base/index.ts';

/** Which version a row was last measured with, and when. */
export interface Measured {
  readonly version: string;
  /** `2026-11-29`. */
  readonly date: string;
}

/** A distribution's name, normalised after PEP 503. */
export const name: z.ZodString = z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
/** Where a row is from: a page, or a measurement of this project. */
export const source: z.ZodUnion<[z.ZodLiteral<'measured'>, z.ZodString]> = z.union([
  z.literal('measured'),
  z.string().startsWith('https://'),
]);
/** `2026-11-29`. */
export const date: z.ZodString = z.string().regex(/^\d{4}-\d\d-\d\d$/);
/** See `Measured`. */
export const measured: z.ZodObject<{ version: z.ZodString; date: z.ZodString }, z.core.$strict> =
  z.strictObject({
    version: z.string(),
    date,
  });

/** A table of knowledge beside this module, checked; throws a `ZodError` where a row is not as the schema says. */
export function loadTable<T>(file: URL, schema: z.ZodType<T>): T {
  return schema.parse(readTable(file));
}
