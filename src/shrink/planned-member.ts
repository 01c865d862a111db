import type { EntryPlace, LayerEntry } from '../filetree/index.ts';
import type { StripPlan } from './elf/plan-strip.ts';
import type { PlannedText } from './plan-dpkg.ts';
import type { PlannedRecord } from './plan-records.ts';

/** What a file's content becomes. */
export type FileChange = StripPlan | PlannedRecord | PlannedText;

/** One entry of a new layer; `place` is that of the old entry whose metadata it has. */
export type PlannedMember =
  | { readonly kind: 'whiteout'; readonly path: string }
  /** The place is absent for a directory that no layer has an entry for. */
  | {
      readonly kind: 'directory';
      readonly path: string;
      readonly place: EntryPlace | undefined;
      readonly entry: LayerEntry;
    }
  | { readonly kind: 'link'; readonly path: string; readonly place: EntryPlace; readonly target: string }
  | PlannedFile;

/** A file, symlink or device. */
export interface PlannedFile {
  readonly kind: 'file';
  readonly path: string;
  /** The old entry with its content, which the metadata are from, too: entries of hard links may lack the attributes. */
  readonly content: EntryPlace;
  /** What becomes of the content. */
  readonly change?: FileChange;
  /** Stored bytes as far as they are known before the new content is made. */
  readonly sizeBytes: number;
}
