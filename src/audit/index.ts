export { type Audit, type AuditPackage, auditImage } from './audit-image.ts';
export type { AuditLayer } from './audit-layers.ts';
export type { AuditRequest } from './audit-subject.ts';
