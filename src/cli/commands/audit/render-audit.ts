import { type Audit, type AuditRequest, groupAudit, wasteFiles } from '../../../audit/index.ts';
import { diveFigures } from '../../../filetree/index.ts';
import {
  type AuditGroups,
  auditGroupsTable,
  auditHtml,
  auditJson,
  auditMarkdown,
  auditSarif,
  auditTable,
  auditTrees,
  diveJson,
} from '../../../report/index.ts';
import type { CliEnvironment } from '../../environment.ts';
import { version } from '../../version.ts';
import type { AuditOptions } from './audit-options.ts';
import type { JudgedGates } from './judge-gates.ts';

/** How an audit is shown. */
export interface RenderAuditOptions {
  readonly options: AuditOptions;
  readonly environment: CliEnvironment;
  readonly gates?: JudgedGates | undefined;
}

/** The audit in the format that was asked for. */
export function renderAudit(
  audit: Audit,
  request: AuditRequest,
  { options, environment, gates }: RenderAuditOptions,
): string {
  const { root } = request;
  const terminal = {
    width: environment.columns,
    // A file is for any reader, also one that shows no colours.
    hasColour: environment.isColour && options.output === undefined,
  };
  const table = { ...terminal, ...(gates && { gates: gates.results, gateNotes: gates.notes }) };
  const groups = groupsOf(audit, request, options);
  switch (options.format) {
    case 'json':
      return auditJson(audit, { groups, gates });
    case 'html':
      return auditHtml({
        audit,
        trees: auditTrees({ ...request, audit, waste: wasteFiles(request) }),
        ...(gates && { gates: gates.results }),
      });
    case 'markdown':
      return auditMarkdown(audit, gates?.results);
    case 'sarif':
      return auditSarif(audit, { version: version() });
    case 'dive':
      return diveJson({ audit, root, figures: diveFigures(root) });
    case 'table':
      return groups === undefined ? auditTable(audit, table) : auditGroupsTable(audit, groups, table);
  }
}

function groupsOf(
  { image, layers }: Audit,
  request: AuditRequest,
  { groupBy, depth }: AuditOptions,
): AuditGroups | undefined {
  if (groupBy === undefined) return undefined;
  const isCompressed = image.storedBytes < image.tarBytes;
  const rows = groupAudit(request, groupBy, {
    ...(depth === undefined ? {} : { depth }),
    ...(isCompressed ? { compressedBytes: layers.map(({ storedBytes }) => storedBytes) } : {}),
  });
  return { by: groupBy, rows };
}
