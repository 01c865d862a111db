import type { RootFileSystem } from '../filetree/index.ts';
import type { ShrinkSubject } from './pass.ts';
import type { PlannedText } from './plan-dpkg.ts';
import type { PlannedRecord } from './plan-records.ts';
import type { PlannedEdit } from './planned-edit.ts';

/** What is arranged. */
export interface ArrangeRequest {
  readonly root: RootFileSystem;
  readonly subject: ShrinkSubject;
  readonly baseLayerCount: number;
  readonly edits: readonly PlannedEdit[];
  readonly records: readonly PlannedRecord[];
  readonly texts: readonly PlannedText[];
}
