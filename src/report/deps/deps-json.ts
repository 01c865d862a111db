import type { ShownDeps } from './deps-report.ts';

/** Dependencies as JSON, schema `plimsoll.deps/1` (`docs/schemas/plimsoll.deps-1.json`). */
export function depsJson(report: ShownDeps): string {
  // A field that is always there says null where it has no value.
  const asPublished = (_: string, value: unknown): unknown => (value === undefined ? null : value);
  return `${JSON.stringify({ schema: 'plimsoll.deps/1', ...report }, asPublished, 2)}\n`;
}
