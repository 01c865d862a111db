/** A folder of the source tree that pip installs: `.`, `-e ./lib`, `.[gpu]`. */
export interface LocalPackage {
  /** As written. */
  readonly text: string;
  readonly extras: readonly string[];
  readonly isEditable: boolean;
  /** Its folder in the build context; undefined when no COPY brings it or it is no folder. */
  readonly folder: string | undefined;
}
