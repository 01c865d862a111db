import type { Document, YAMLMap } from 'yaml';
import type { CiBuild } from '../../project/index.ts';
import type { Splice } from './pipeline-text.ts';

/** A step that builds the image, as a node of its file. */
export interface BuildStep {
  readonly text: string;
  readonly document: Document.Parsed;
  readonly node: YAMLMap;
  /** The list of steps that it is in, and its position there; undefined where it is a job of its own. */
  readonly siblings: readonly unknown[] | undefined;
  readonly position: number;
  readonly job: YAMLMap | undefined;
  /** `ci.yml:12` */
  readonly place: string;
  readonly build: CiBuild;
  /** Set where several images of the repository would share one cache. */
  readonly scope: string | undefined;
}

/** The lines that a step lacks. */
export interface StepChange {
  /** Undefined where only a person can put them in. */
  readonly splices: readonly Splice[] | undefined;
  readonly advice: string;
  /** Why no splices, in words behind the advice. */
  readonly because?: string;
}
