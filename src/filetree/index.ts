export { layerWitness } from './cache-place.ts';
export { type DiveFigures, type DiveFileReference, diveFigures } from './dive-figures.ts';
export { type DuplicateGroup, findDuplicates } from './find-duplicates.ts';
export { followLinks } from './follow-links.ts';
export { type IndexedImage, type IndexImageOptions, indexImage } from './index-image.ts';
export { indexLayer } from './index-layer.ts';
export type { Capture, Excerpt, IndexLayerOptions } from './index-layer-options.ts';
export type { EntryType, FileFormat, LayerEntry, LayerIndex } from './layer-index.ts';
export { type Linkage, linkageExcerpt, linkageFrom, linkageOf } from './linkage.ts';
export { ownLibrary } from './own-library.ts';
export {
  type ElfFile,
  type ElfSection,
  elfHeaderBytes,
  elfTypes,
  libraryFolders,
  neededLibraries,
  type ReadAt,
  readElf,
} from './read-elf.ts';
export type { BuriedEntry, EntryPlace, RootFileSystem, VisibleEntry } from './root-file-system.ts';
export { serveLayers } from './serve-layers.ts';
export { stackLayers } from './stack-layers.ts';
