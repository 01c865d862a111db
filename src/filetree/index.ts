export type { EntryType, LayerEntry, LayerIndex } from './layer-index.ts';
export type { BuriedEntry, RootFileSystem, VisibleEntry } from './root-file-system.ts';
