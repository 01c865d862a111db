export { formatBytes, formatSeconds } from './bytes.ts';
export {
  type BlockReader,
  type BlockSource,
  type CompressBlocksOptions,
  compressBlocks,
  type LayerCompressionFormat,
} from './compress-blocks.ts';
export {
  type Compression,
  capBytes,
  chainStreams,
  decompressor,
  meterBytes,
  type SniffedStream,
  sniffBytes,
  sniffCompression,
  sniffStream,
  type UnpackedProof,
  verifiedDecompressor,
} from './compression.ts';
export { mostCompressionThreads } from './compression-threads.ts';
export {
  checkDigest,
  type Digest,
  type DigestAlgorithm,
  DigestMismatchError,
  hasDigest,
  isDigest,
  parseDigest,
  sha256Digest,
  verifyDigest,
} from './digest.ts';
export { type ForeignCompression, foreignCompression } from './foreign-compression.ts';
export { igzipped, igzipVersion } from './igzip.ts';
export { isRecord } from './is-record.ts';
export { decodeLossless, encodeLossless } from './lossless-text.ts';
export { makeDirectory } from './make-directory.ts';
export { matchPaths } from './match-paths.ts';
export { editDistance, nearestName } from './nearest-name.ts';
export { ownChunk, releaseChunk } from './own-chunk.ts';
export { parseJson } from './parse-json.ts';
export {
  type Progress,
  type ProgressStream,
  type ProgressTask,
  silentProgress,
  terminalProgress,
} from './progress.ts';
export { readTable } from './read-table.ts';
export { type RunOptions, type RunResult, runProcess } from './run-process.ts';
export { messageOf, UserError, type UserErrorDetails } from './user-error.ts';
export { writeFileWhole } from './write-file.ts';
