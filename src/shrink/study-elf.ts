import { libraryFolders, neededLibraries, type ReadAt, readElf } from '../filetree/index.ts';
import { loadedLibraries } from './elf/loaded-libraries.ts';
import { planStrip } from './elf/plan-strip.ts';
import type { StudiedFile } from './studied-file.ts';
import { addLoaded, type Collection } from './study-collection.ts';

/** Reads the tables of a library or program; false where the file is neither. */
export function studyElf(into: Collection, { path, entry, body }: StudiedFile): boolean {
  const read: ReadAt = (target, start) => body.read(target, start);
  const elf = readElf(read, entry.sizeBytes);
  if (elf === undefined) return false;
  const strip = planStrip(elf, read);
  if (into.withLoadedLibraries) for (const name of loadedLibraries(elf, read)) addLoaded(into, name, path);
  const folders = libraryFolders(elf, read);
  into.elf.set(path, {
    needed: neededLibraries(elf, read),
    ...(folders.length > 0 && { folders }),
    ...(strip && { strip }),
  });
  return true;
}
