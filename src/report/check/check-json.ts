import type { CheckReport } from './check-report.ts';

/** A checked image as JSON, schema `plimsoll.check/1` (`docs/schemas/plimsoll.check-1.json`); the comparison is `plimsoll compare --json`'s to tell. */
export function checkJson({ comparison: _, ...report }: CheckReport): string {
  return `${JSON.stringify({ schema: 'plimsoll.check/1', ...report }, nullForUndefined, 2)}\n`;
}

function nullForUndefined(_key: string, value: unknown): unknown {
  return value === undefined ? null : value;
}
