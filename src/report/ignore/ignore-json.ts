import type { IgnoreReport } from './ignore-report.ts';

/** A build context as JSON, schema `plimsoll.ignore/1` (`docs/schemas/plimsoll.ignore-1.json`). */
export function ignoreJson(report: IgnoreReport): string {
  // A field that is always there says null where it has no value.
  const asPublished = (_: string, value: unknown): unknown => (value === undefined ? null : value);
  return `${JSON.stringify({ schema: 'plimsoll.ignore/1', ...report }, asPublished, 2)}\n`;
}
