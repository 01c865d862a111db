export { type FileRange, openRange, type PiecedRange, type RangeReader } from './byte-range.ts';
export { fieldKeys } from './format-header.ts';
export { blockBytes, isTarStart } from './header.ts';
export type { TarStrictness } from './members.ts';
export { decodeName, encodeName } from './names.ts';
export { type FillFromTar, type PlacedContent, type PlacedMember, packTar } from './pack-tar.ts';
export { type ReadTarOptions, readTar, type TarBodySink } from './read-tar.ts';
export { type ScanTarOptions, scanTarFile, type TarBody } from './scan-tar-file.ts';
export {
  MissingEndError,
  type SparseMap,
  type TarEntry,
  type TarEntryType,
  TarError,
  tarEntryTypes,
} from './tar-entry.ts';
export type { TarContent, TarMember } from './tar-member.ts';
export { tarChunks, writeTar } from './write-tar.ts';
