import type { ComposeLeftAlone, ProposedChange } from '../../compose/index.ts';

/** A compose file: what its services lack, and what was left alone. */
export interface ComposeReport {
  /** Absolute path of the project. */
  readonly directory: string;
  /** The compose file, relative to the project. */
  readonly file: string;
  /** Whether there was none before. */
  readonly isNew: boolean;
  /** The services that were looked at, with the Dockerfile in their build context. */
  readonly services: readonly { readonly name: string; readonly dockerfile: string }[];
  readonly changes: readonly ProposedChange[];
  readonly leftAlone: readonly ComposeLeftAlone[];
  /** Services that were not looked at, and `include`. */
  readonly passedOver: readonly { readonly what: string; readonly because: string }[];
  /** Unified; empty where there is nothing to change. */
  readonly diff: string;
  readonly isWritten: boolean;
}
