import type { ShrinkEdit } from './pass.ts';

/** A change with the pass that made it. */
export interface PlannedEdit {
  readonly pass: string;
  readonly edit: ShrinkEdit;
  /** Position of the layer that has the content. */
  readonly layer: number;
  /** Its path there, where a hard link of a later layer shows it under another name. */
  readonly storedAs?: string;
  /** Bytes that the image has less for it. */
  readonly savedBytes: number;
}
