export { type Audit, type AuditPackage, auditImage } from './audit-image.ts';
export type { AuditLayer } from './audit-layers.ts';
export type { AuditDistribution, AuditRequest, LayerCompression } from './audit-request.ts';
export {
  type AuditGrouping,
  type AuditGroupRow,
  type GroupAuditOptions,
  groupAudit,
} from './group-by.ts';
export { twinPlaces } from './twin-places.ts';
export { wantsAuditContent } from './wants-content.ts';
export { type AuditWasteFile, wasteFiles } from './waste-files.ts';
