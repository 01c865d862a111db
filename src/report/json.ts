import type { Audit } from '../audit/index.ts';
import type { Comparison } from '../compare/index.ts';
import type { GateResult, GateVerdict } from '../policy/index.ts';
import type { PushEstimate, PushReport } from '../push/index.ts';
import type { ShrinkManifest, ShrinkReport } from '../shrink/index.ts';
import type { AuditGroups } from './audit-groups-table.ts';
import type { ShrinkProof } from './shrink-proof.ts';
import type { SlimReport } from './slim-report.ts';

/**
 * The report of `plimsoll slim` as JSON, schema `plimsoll.slim/1` (`docs/schemas/plimsoll.slim-1.json`): the same report
 * gives the same text. Treemaps are left out: they are for looking at. With a missing part no percentage of the whole is given.
 */
export function slimJson(report: SlimReport): string {
  const { trees: _, ...shown } = report;
  const { savedPercent: __, ...total } = report.comparison.total;
  return toJson('plimsoll.slim/1', {
    verdict: report.verification?.verdict ?? 'unverified',
    ...shown,
    ...(report.missing.length > 0 && { comparison: { ...report.comparison, total } }),
  });
}

/** A comparison as JSON, schema `plimsoll.compare/1` (`docs/schemas/plimsoll.compare-1.json`). */
export function compareJson(comparison: Comparison): string {
  return toJson('plimsoll.compare/1', comparison);
}

/** What can stand beside an audit in its JSON. */
export interface AuditJsonParts {
  /** The gates that it was judged by, and the worst of their verdicts. */
  readonly gates?: { readonly results: readonly GateResult[]; readonly verdict: GateVerdict } | undefined;
  /** Its bytes sorted into rows. */
  readonly groups?: AuditGroups | undefined;
}

/** An audit as JSON, schema `plimsoll.audit/1` (`docs/schemas/plimsoll.audit-1.json`). */
export function auditJson(audit: Audit, { gates, groups }: AuditJsonParts = {}): string {
  return toJson('plimsoll.audit/1', {
    ...audit,
    ...(gates && { gates: gates.results, gateVerdict: gates.verdict }),
    ...(groups && { groups }),
  });
}

/** What shrinking did as JSON, schema `plimsoll.shrink/1` (`docs/schemas/plimsoll.shrink-1.json`), with what came of running both images. */
export function shrinkJson(report: ShrinkReport, proof?: ShrinkProof): string {
  return toJson('plimsoll.shrink/1', { ...report, ...(proof && { proof }) });
}

/** What shrinking took, file by file, schema `plimsoll.shrink-manifest/1` (`docs/schemas/plimsoll.shrink-manifest-1.json`). */
export function shrinkManifestJson(manifest: ShrinkManifest): string {
  return toJson('plimsoll.shrink-manifest/1', manifest);
}

/** What a push has done as JSON, schema `plimsoll.push/1` (`docs/schemas/plimsoll.push-1.json`). */
export function pushJson(report: PushReport): string {
  return toJson('plimsoll.push/1', report);
}

/** What a push would send as JSON, schema `plimsoll.push-estimate/1` (`docs/schemas/plimsoll.push-estimate-1.json`). */
export function pushEstimateJson(estimate: PushEstimate): string {
  return toJson('plimsoll.push-estimate/1', estimate);
}

function toJson(schema: string, value: object): string {
  return `${JSON.stringify({ schema, ...value }, asPublished, 2)}\n`;
}

/** A field that is always there says null where it has no value; predictions come in halves, bytes do not. */
function asPublished(key: string, value: unknown): unknown {
  if (value === undefined) return null;
  return typeof value === 'number' && key.endsWith('Bytes') ? Math.round(value) : value;
}
