import type { ComposeLeftAlone, ProposedChange } from '../../compose/index.ts';

/** A change, and the compose file that it goes into, relative to the project: the main one or one that it includes. */
export interface ReportedChange extends ProposedChange {
  readonly file: string;
}

/** A compose file: what its services lack, and what was left alone. */
export interface ComposeReport {
  /** Absolute path of the project. */
  readonly directory: string;
  /** The main compose file, relative to the project. */
  readonly file: string;
  /** Whether there was none before. */
  readonly isNew: boolean;
  /** The services that were looked at, with the Dockerfile in their build context. */
  readonly services: readonly { readonly name: string; readonly dockerfile: string }[];
  readonly changes: readonly ReportedChange[];
  readonly leftAlone: readonly ComposeLeftAlone[];
  /** Services that were not looked at, and `include`s that could not be followed. */
  readonly passedOver: readonly { readonly what: string; readonly because: string }[];
  /** Unified; empty where there is nothing to change. */
  readonly diff: string;
  readonly isWritten: boolean;
}
