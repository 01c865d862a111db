/** Why an engine cannot be used, and what to do about it. */
export interface EngineRefusal {
  /** `Docker 28.2.2 (/usr/local/bin/docker)`. */
  readonly title: string;
  readonly reason: string;
  readonly hint: string;
}

/** A usable engine's options, or why there is none. */
export type Search<Options> = { readonly options: Options } | { readonly refusals: readonly EngineRefusal[] };

/** Where to look. */
export interface SearchPlace {
  /** The environment that the tools get: `PATH`, `HOME`, `DOCKER_HOST`, … */
  readonly env: Readonly<Record<string, string>>;
  /** An engine that cannot build will do: images are read, loaded and run. */
  readonly mayLackBuilder?: boolean;
  readonly signal?: AbortSignal;
}
