import type { FilePages } from './file-content.ts';

/** A page over the panes. */
export type Page =
  | { readonly kind: 'help'; readonly top: number }
  | { readonly kind: 'reading'; readonly file: FilePlace }
  | {
      readonly kind: 'file';
      readonly file: FilePlace;
      readonly sizeBytes: number;
      readonly pages: FilePages;
      readonly top: number;
      readonly left: number;
      readonly search?: FileSearch;
    };

/** What is looked for in a file that is shown. */
export interface FileSearch {
  readonly text: string;
  /** Global, so that it finds every match of a line. */
  readonly expression: RegExp;
  /** Numbers of the lines with a match, ascending. */
  readonly lines: readonly number[];
  /** The line that was gone to last. */
  readonly line?: number;
}

/** Where a file's bytes are. */
export interface FilePlace {
  readonly path: string;
  /** Position of the layer, 0 the lowest. */
  readonly layer: number;
  /** Position of the entry in the layer. */
  readonly position: number;
}
