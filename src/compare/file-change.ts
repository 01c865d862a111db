import type { LayerEntry } from '../filetree/index.ts';

/** What two files of one path differ in. */
export type FileAspect = 'type' | 'content' | 'mode' | 'owner' | 'link' | 'device' | 'attributes' | 'time';

/** A file as one image shows it. */
export interface FileFacts
  extends Pick<
    LayerEntry,
    'type' | 'sizeBytes' | 'mode' | 'uid' | 'gid' | 'mtimeSeconds' | 'linkTarget' | 'device' | 'attributes'
  > {
  /** Position of the layer that provides it. */
  readonly layer: number;
}

/** A path that only one image shows, or that they show differently. */
export interface FileChange {
  /** Relative to the root, which is `.` itself. */
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Of a changed one. */
  readonly aspects?: readonly FileAspect[];
  /** Of a changed file of equal size whose content nothing tells: the bytes were not hashed. */
  readonly isContentUnknown?: true;
  readonly fat?: FileFacts;
  readonly lean?: FileFacts;
}
