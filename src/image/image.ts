import type { Readable } from 'node:stream';
import type { BlockReader } from '../base/index.ts';
import type { FileRange, PiecedRange } from '../tar/index.ts';

/** What an image was built for, as in the OCI image index (`linux/amd64`, `linux/arm64/v8`). */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** One line of the image's history (OCI image configuration, `history`). */
export interface HistoryEntry {
  /** The instruction as the builder recorded it; its spelling differs between builders. */
  readonly createdBy: string;
  readonly created?: string;
  readonly comment?: string;
  readonly author?: string;
  /** True when the instruction made no layer (ENV, CMD, …). */
  readonly isEmptyLayer: boolean;
}

/** A health check as the image declares it; durations in nanoseconds, as in Docker's image configuration. */
export interface Healthcheck {
  readonly test: readonly string[];
  readonly intervalNanoseconds?: number;
  readonly timeoutNanoseconds?: number;
  readonly startPeriodNanoseconds?: number;
  readonly startIntervalNanoseconds?: number;
  readonly retries?: number;
}

/** The image configuration (OCI image-spec, config.md), in plain arrays. */
export interface ImageConfig {
  readonly platform: Platform;
  readonly created?: string;
  /** `NAME=value` strings in the image's own order. */
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly workingDir: string;
  readonly user: string;
  /** `8000/tcp`. */
  readonly exposedPorts: readonly string[];
  readonly volumes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly stopSignal?: string;
  readonly healthcheck?: Healthcheck;
  /** What runs a health check in shell form (moby, `daemon/health.go`), and the instructions of builds on top. */
  readonly shell?: readonly string[];
  /** Instructions that builds on top begin with. */
  readonly onBuild?: readonly string[];
  readonly author?: string;
  /** The uncompressed layers' digests, lowest first. */
  readonly diffIds: readonly string[];
  readonly history: readonly HistoryEntry[];
}

/** One layer: facts and openers. Openers may be called again and again; each gives a new stream. */
export interface Layer {
  /** How errors name it, beside its digest: `layer 3 of 12 in app.tar`. */
  readonly title?: string;
  /** Digest of the bytes as stored in the source, `sha256:…`. */
  readonly digest: string;
  /** Digest of the uncompressed tar, `sha256:…`. */
  readonly diffId: string;
  readonly mediaType: string;
  /** Size as stored in the source (compressed or not), in bytes. */
  readonly sizeBytes: number;
  /** True where `sizeBytes` is what is there, and no document tells how much there should be: it may be cut off. */
  readonly isUnmeasured?: true;
  /** The instruction that made it, when history and layers agree in number. */
  readonly createdBy?: string;
  /** What a sink writes beside the layer in the manifest (OCI image-spec, annotations.md). */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Where a foreign layer's bytes are to be had; `stored()` then fails with a `UserError`. */
  readonly urls?: readonly string[];
  /** The bytes as stored, digest verified at the end of the stream. */
  stored(): Promise<Readable>;
  /** The uncompressed tar, whatever the media type says (the first bytes decide), diffID verified at the end. */
  uncompressed(): Promise<Readable>;
  /** Where the tar lies uncompressed in a file or in pieces, for reading parts of it; undefined or absent where it does not. */
  plainTar?(): Promise<PlainTar | undefined>;
  /** The tar that `plainTar` tells of, read into memory that the reader brings, diffID verified at the end. */
  plainBlocks?(): Promise<BlockReader | undefined>;
  /** The layer as data for another thread, where its bytes lie in a file; undefined or absent where they do not. */
  inFile?(): Promise<FileLayer | undefined>;
}

/** A layer whose stored bytes lie in a file, as plain data: whoever gets it can open it, on another thread too. */
export interface FileLayer extends Pick<Layer, 'digest' | 'diffId' | 'mediaType' | 'sizeBytes'> {
  readonly title: string;
  readonly place: FileRange & { readonly isVouchedFor?: boolean };
}

/** An uncompressed layer in a file, or put together from several. What is read from there directly is not verified. */
export type PlainTar = PlainFile | PiecedTar;

/** An uncompressed layer in a file. */
export interface PlainFile extends FileRange {
  /** True where an engine has just written the file for this process: its diffIDs need no proof. */
  readonly isVouchedFor: boolean;
}

/** An uncompressed layer in an engine's storage: headers in one file, contents in files of their own. */
export interface PiecedTar extends PiecedRange {
  readonly isVouchedFor: false;
  /** Names the place, and changes when the layer is written again. */
  readonly witness: string;
}

/** The documents of an image as a source stores them, byte for byte: whoever writes them elsewhere keeps their digests. */
export interface ImageDocuments {
  readonly config: string;
  /** Absent where the source has none, or one of another kind (docker-archive). */
  readonly manifest?: { readonly mediaType: string; readonly content: string };
}

/** An image as a source shows it: immutable; a change returns a new one. */
export interface Image {
  /** How a person names it: a reference or a path. */
  readonly name: string;
  readonly platform: Platform;
  /** Digest of the manifest where the source has one, else of the configuration (the image ID). */
  readonly digest: string;
  readonly config: ImageConfig;
  /** Absent of an image that was made here; a view that changes configuration or layers leaves them out. */
  readonly documents?: ImageDocuments;
  /** What a sink writes into the manifest (OCI image-spec, annotations.md). */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Lowest first. */
  readonly layers: readonly Layer[];
  /** Where its blobs are, of an image in a registry: another repository there may mount them. */
  readonly repository?: { readonly registry: string; readonly name: string };
  /** What the index that it was chosen from lists beside it, where that is anything. */
  readonly beside?: BesideImage;
  /** Gives back what the source holds (temporary files); openers fail afterwards. */
  close(): Promise<void>;
}

/** What an index lists beside one of its images. */
export interface BesideImage {
  /** Other platforms of it: `linux/arm64`. */
  readonly platforms: readonly string[];
  /** Manifests that say something about the image (BuildKit, attestation-storage.md), by their number. */
  readonly attestations: number;
}
