import type { EntryPlace } from '../filetree/index.ts';
import type { TarBody, TarEntry } from '../tar/index.ts';

/** A file as it lies in a layer, under one of the paths that show it. */
export interface StudiedFile {
  readonly path: string;
  readonly place: EntryPlace;
  readonly entry: TarEntry;
  readonly body: TarBody;
}
