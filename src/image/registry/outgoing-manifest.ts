/** A manifest or an index to be sent; all that it lists is in the repository already. */
export interface OutgoingManifest {
  readonly repository: string;
  readonly mediaType: string;
  readonly content: string;
  /** What it is to be found under; its digest alone when absent. */
  readonly tag?: string | undefined;
  /** How messages name it. */
  readonly title: string;
}
