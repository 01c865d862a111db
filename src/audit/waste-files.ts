import type { FindingKind, SizedPath } from '../finding/index.ts';
import type { AuditRequest } from './audit-request.ts';
import { auditSubject } from './audit-subject.ts';
import { claimFiles } from './claim-files.ts';
import { buriedKinds } from './detectors/dead-bytes.ts';

/** A file, or a part of one, that is waste; `sizeBytes` is what counts as waste. */
export interface AuditWasteFile extends SizedPath {
  /** Position of the layer that stores the bytes, 0 the lowest. */
  readonly layer: number;
  readonly kind: FindingKind;
  /** Of dead bytes: position of the layer that hides them. */
  readonly buriedBy?: number;
}

/** Every file behind an audit's findings of waste, whose own paths are samples. */
export function wasteFiles(request: AuditRequest): AuditWasteFile[] {
  const { claimed } = claimFiles(auditSubject(request));
  const avoidable = [...claimed.values()].map(({ path, sizeBytes, layer, claim }) => ({
    path,
    sizeBytes,
    layer,
    kind: claim.kind,
  }));
  const dead = request.root.buried.map(({ path, sizeBytes, layer, buriedBy, reason }) => ({
    path,
    sizeBytes,
    layer,
    buriedBy,
    kind: buriedKinds[reason],
  }));
  return [...avoidable, ...dead];
}
