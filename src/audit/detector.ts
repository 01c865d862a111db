import type { VisibleEntry } from '../filetree/index.ts';
import type { CacheOwner, Finding, FindingOwner, PlainFindingKind } from '../finding/index.ts';
import type { AuditSubject } from './audit-subject.ts';

/** What a file is taken for. Claims with the same kind, layer, owner and manager become one finding. */
export type FileClaim =
  | { readonly kind: PlainFindingKind; readonly owner?: FindingOwner | undefined }
  | {
      readonly kind: 'package-manager-cache';
      readonly manager: CacheOwner;
      readonly owner?: FindingOwner | undefined;
    }
  | {
      readonly kind: 'dev-dependency';
      readonly owner: FindingOwner;
    };

/** Judges visible files one by one. */
export type ClaimFile = (file: VisibleEntry) => FileClaim | undefined;

/** A waste class of visible files: looks at the subject once, then judges each file. */
export interface FileDetector {
  readonly name: string;
  prepare(subject: AuditSubject): ClaimFile;
}

/** Looks at the image as a whole; its findings either count no visible file or are no waste. */
export interface ImageDetector {
  readonly name: string;
  detect(subject: AuditSubject): readonly Finding[];
}
