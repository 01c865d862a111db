/** A size and how far it may be off. */
export interface SizeRange {
  readonly sizeBytes: number;
  readonly uncertaintyBytes: number;
}

/** What an installation of system packages weighs, and the packages whose size nobody knows. */
export interface AptSize extends SizeRange {
  readonly unknown: readonly string[];
}

/** What is asked of apt. */
export interface AptWish {
  readonly names: readonly string[];
  readonly withRecommends: boolean;
}
