import type { CacheKind, PipelineImage, PipelineProvider } from '../../pipeline/index.ts';

/** A pipeline, and what became of it. */
export interface CiReport {
  readonly provider: PipelineProvider['name'];
  /** Of its file, relative to the working directory, or as it was given. */
  readonly path: string;
  /** `left`: another file is there; `unchanged`: this very one. */
  readonly outcome: 'written' | 'unchanged' | 'left';
  readonly images: readonly PipelineImage[];
  /** Undefined for the service's own. */
  readonly repository: string | undefined;
  readonly cache: CacheKind;
  readonly branch: string;
  /** From the file that is there to the pipeline; empty where there is no difference, and where the file is somebody else's work. */
  readonly diff: string;
  /** What a person has to set up once. */
  readonly preparations: readonly string[];
  /** What is not built, and what other pipelines lack. */
  readonly notes: readonly string[];
}
