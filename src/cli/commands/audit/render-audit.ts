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
import { isStandardOutput } from '../../write-output.ts';
import type { AuditOptions } from './audit-options.ts';
import type { JudgedGates } from './judge-gates.ts';

/** How an audit is shown. */
export interface RenderAuditOptions {
  readonly options: AuditOptions;
  readonly environment: CliEnvironment;
  readonly gates?: JudgedGates | undefined;
}

/** The audit in the format that was asked for; the request may be absent only where `isAuditAlone`. */
export function renderAudit(
  audit: Audit,
  request: AuditRequest | undefined,
  { options, environment, gates }: RenderAuditOptions,
): string {
  const terminal = {
    width: environment.columns,
    // A file is for any reader, also one that shows no colours.
    hasColour: environment.isColour && isStandardOutput(options.output),
  };
  const table = { ...terminal, ...(gates && { gates: gates.results, gateNotes: gates.notes }) };
  const groups =
    options.groupBy && groupsOf(audit, needed(request), { ...options, groupBy: options.groupBy });
  switch (options.format) {
    case 'json':
      return auditJson(audit, { groups, gates });
    case 'html':
      return auditHtml({
        audit,
        trees: auditTrees({ ...needed(request), audit, waste: wasteFiles(needed(request)) }),
        ...(gates && { gates: gates.results }),
      });
    case 'markdown':
      return auditMarkdown(audit, gates?.results);
    case 'sarif':
      return auditSarif(audit, { version: version() });
    case 'dive':
      return diveJson({ audit, root: needed(request).root, figures: diveFigures(needed(request).root) });
    case 'table':
      return groups === undefined ? auditTable(audit, table) : auditGroupsTable(audit, groups, table);
  }
}

function needed(request: AuditRequest | undefined): AuditRequest {
  if (request === undefined) throw new TypeError('this format shows files, and the image was not read');
  return request;
}

function groupsOf(
  { image, layers }: Audit,
  request: AuditRequest,
  { groupBy, depth }: Pick<AuditOptions, 'depth'> & { readonly groupBy: AuditGroups['by'] },
): AuditGroups {
  const isCompressed = image.storedBytes < image.tarBytes;
  const rows = groupAudit(request, groupBy, {
    ...(depth === undefined ? {} : { depth }),
    ...(isCompressed ? { compressedBytes: layers.map(({ storedBytes }) => storedBytes) } : {}),
  });
  return { by: groupBy, rows };
}
