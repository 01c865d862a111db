import type { CiReport } from './ci-report.ts';

/** A pipeline as JSON, schema `plimsoll.ci/1` (`docs/schemas/plimsoll.ci-1.json`). */
export function ciJson(report: CiReport): string {
  const images = report.images.map(({ target, gatesFile, maxGrowth, ...image }) => ({
    ...image,
    target: target ?? null,
    gatesFile: gatesFile ?? null,
    maxGrowth: maxGrowth ?? null,
  }));
  const value = { schema: 'plimsoll.ci/1', ...report, repository: report.repository ?? null, images };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
