export { buildImage, type ImageParts } from './assemble.ts';
export { formatConfig } from './config.ts';
export type { Descriptor } from './documents.ts';
export { emptyConfig } from './empty-config.ts';
export { type EstimateGzipOptions, estimateGzip } from './estimate-gzip.ts';
export { fileWitness } from './file-witness.ts';
export { type FindBaseRequest, type FoundBase, findBase } from './find-base.ts';
export type {
  BesideImage,
  FileLayer,
  Healthcheck,
  HistoryEntry,
  Image,
  ImageConfig,
  ImageDocuments,
  Layer,
  PlainFile,
  PlainTar,
  Platform,
} from './image.ts';
export { type ImageSpec, parseImageSpec } from './image-spec.ts';
export { AbsentLayerError, openFileLayer } from './layer.ts';
export { type ManifestAnnotations, manifestAnnotations } from './manifest-annotations.ts';
export type { ManifestKind, ManifestNode } from './manifest-node.ts';
export { type ManifestTree, nodesOf } from './manifest-tree.ts';
export { type GzipMeasure, type MeasureGzipOptions, measureGzip } from './measure-gzip.ts';
export { type OpenImageOptions, openImage } from './open-image.ts';
export type { EngineHolds } from './open-reference.ts';
export { openRegistrySink } from './open-registry-sink.ts';
export { openManifestTree } from './open-tree.ts';
export { formatPlatform, hostPlatform, parsePlatform } from './platform.ts';
export { formatReference, isSameReference, parseReference, type Reference } from './reference.ts';
export type { Referrer } from './referrer.ts';
export { AbsentImageError } from './registry/absent-image-error.ts';
export type { SentBlob } from './registry/begin-upload.ts';
export type { RegistryAccess } from './registry/registry-access.ts';
export { sampleBlocks } from './sample-blocks.ts';
export { type WriteDockerArchiveOptions, writeDockerArchive } from './sinks/docker-archive.ts';
export { writeOciArchive } from './sinks/oci-archive.ts';
export { type OciDocuments, ociDocuments } from './sinks/oci-documents.ts';
export { type WriteOciLayoutOptions, writeOciLayout } from './sinks/oci-layout.ts';
export type { RegistrySink } from './sinks/registry.ts';
export type { EngineKeeps, EngineSave, SavingEngine } from './sources/engine.ts';
export type { EngineStorage, StorageKind } from './storage/engine-storage.ts';
