import type { ComposeReport } from './compose-report.ts';

/** A compose file as JSON, schema `plimsoll.compose/1` (`docs/schemas/plimsoll.compose-1.json`). */
export function composeJson(report: ComposeReport): string {
  return `${JSON.stringify({ schema: 'plimsoll.compose/1', ...report }, undefined, 2)}\n`;
}
