import type { Progress } from '../base/index.ts';
import type { EngineStorage, ImageConfig, Platform } from '../image/index.ts';

/** The container engines that Plimsoll drives. */
export type EngineName = 'docker' | 'podman' | 'buildah';

/** A secret for a build, by its id and where its value stands. */
export type SecretSource =
  /** Absolute path of a file. */
  | { readonly id: string; readonly file: string }
  /** An environment variable of this process. */
  | { readonly id: string; readonly variable: string };

/** What to build. */
export interface BuildRequest {
  /** Absolute path of the build context. */
  readonly contextDir: string;
  /** Absolute path of the Dockerfile; it may lie outside the context. */
  readonly dockerfile: string;
  /** The name and tag that the result gets. */
  readonly tag: string;
  /** The stage to build; the last one when absent. */
  readonly target?: string;
  readonly platform?: Platform;
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** For `RUN --mount=type=secret`. */
  readonly secrets?: readonly SecretSource[];
  /** Shown in progress and in errors: `fat image`, `lean image`. */
  readonly title: string;
  readonly isCacheOff?: boolean;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** One finished step of a build. */
export interface BuildStep {
  /** As the engine names it: `[builder 3/6] RUN pip install …`, `[internal] load build context`, `exporting to image`. */
  readonly name: string;
  /** Wall time as the engine reports it (BuildKit, to 0.1 s) or as its output was seen to come; 0 when cached. */
  readonly seconds: number;
  readonly isCached: boolean;
}

/** An image that an engine holds. */
export interface BuiltImage {
  /** The name that was asked for. */
  readonly tag: string;
  /** The engine's image ID, `sha256:…`. */
  readonly id: string;
  /** Sum of the uncompressed layers as the engine counts them, in bytes. */
  readonly sizeBytes: number;
  /** `history` is empty where the engine's inspection does not tell it (Docker). */
  readonly config: ImageConfig;
  /** Wall time of the build in seconds; absent for an image that was there already. */
  readonly buildSeconds?: number;
  /** The build's steps in the engine's own numbering; absent for an image that was there already. */
  readonly steps?: readonly BuildStep[];
}

/** What to start. */
export interface RunRequest {
  readonly image: string;
  /** Replaces the image's entrypoint; the image's own when absent. */
  readonly entrypoint?: readonly string[];
  /** Arguments after the entrypoint; when absent the image's own CMD, or none when `entrypoint` replaces the image's. */
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Container ports to publish on a free loopback port of the host. */
  readonly publish?: readonly number[];
  /** Text for the standard input of a finite run; it is empty when absent. */
  readonly input?: string;
  /** `none` cuts the container off from every network. Default: the engine's own. */
  readonly network?: 'none';
  /** Aborted: the container is removed, and `run` or `start` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A finished container. */
export interface FinishedRun {
  /** 126 or 127 also when the container's program could not be executed or found; `stderr` then holds the engine's words. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** A container that serves. */
export interface RunningContainer {
  readonly id: string;
  /** Where each published container port is reached: container port → `http://127.0.0.1:PORT`. Empty when it ended at once. */
  readonly urls: ReadonlyMap<number, string>;
  /** True while its main process runs. */
  isRunning(): Promise<boolean>;
  /** The exit code once it has ended (126 or 127 when its program could not be started); undefined while it runs. */
  exitCode(): Promise<number | undefined>;
  /** Everything it has printed so far. */
  logs(): Promise<{ readonly stdout: string; readonly stderr: string }>;
  /** Stops (2 s grace) and removes it with its anonymous volumes. Safe to call twice. */
  remove(): Promise<void>;
}

/**
 * A container engine, driven by its own command line tool so that contexts, credentials and remote hosts
 * work as its user set them up. Every method rejects with a `UserError` that quotes the engine's own words.
 */
export interface Engine {
  readonly name: EngineName;
  readonly version: string;
  /** What it builds for when nobody says otherwise. */
  readonly platform: Platform;
  /** `RUN --mount=type=cache` keeps its content between builds. */
  readonly hasCacheMounts: boolean;
  /**
   * Builds. A failed build rejects with a `BuildError` that names the instruction and quotes the engine's last lines;
   * an aborted one leaves the tag as it was before.
   */
  build(request: BuildRequest): Promise<BuiltImage>;
  /** The image of that name, or undefined. */
  inspect(image: string): Promise<BuiltImage | undefined>;
  /** Runs an image that the engine holds to the end and removes the container. Output is text, its lines end in `\n`. */
  run(request: RunRequest): Promise<FinishedRun>;
  /** Starts an image that the engine holds in the background. */
  start(request: RunRequest): Promise<RunningContainer>;
  /** Where it keeps its images on this machine, as it says itself; undefined where that is elsewhere, or in a format that is not read. */
  storage?(signal?: AbortSignal): Promise<EngineStorage | undefined>;
  /** Writes `docker save` format (docker-archive) of an image to `path`, whole or not at all. */
  save(image: string, path: string, progress: Progress, signal?: AbortSignal): Promise<void>;
  /** Reads a docker-archive, and holds its image under the names that the archive gives it. */
  load(path: string, progress: Progress, signal?: AbortSignal): Promise<void>;
  /** Removes an image name; missing is fine. */
  removeImage(image: string): Promise<void>;
}
