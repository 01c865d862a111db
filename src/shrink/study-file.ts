import { isProgramList, programSource } from './program-source.ts';
import type { StudiedFile } from './studied-file.ts';
import type { Collection } from './study-collection.ts';
import { studyElf } from './study-elf.ts';
import { studySource } from './study-source.ts';

/** No source that people write is as long; generated ones of this size import nothing. */
const longestSource = 32 * 1024 * 1024;

/** Reads out of a file whatever its kind has to tell. */
export function studyFile(into: Collection, file: StudiedFile): void {
  const { path, entry } = file;
  if (/\.pyi?$/.test(path)) {
    if (entry.sizeBytes <= longestSource) studySource(into, file);
  } else if (path.endsWith('.a')) {
    if (startsWith(file, '!<arch>\n') || startsWith(file, '!<thin>\n')) into.archives.add(path);
  } else if (/\.so(?:\.|$)/.test(path) || (entry.mode & 0o111) !== 0) {
    if (!studyElf(into, file)) studyScript(into, file);
  } else if (path.endsWith('.sh') || isProgramList(path)) {
    studyScript(into, file);
  }
}

/** Longer than any script that people write. */
const longestScript = 1024 * 1024;

function studyScript(into: Collection, { path, entry, body }: StudiedFile): void {
  if (entry.sizeBytes > longestScript) return;
  const bytes = Buffer.alloc(entry.sizeBytes);
  body.read(bytes, 0);
  const found = programSource(path, bytes.toString('latin1'));
  if (found !== undefined) into.programSources.push(found);
}

function startsWith({ entry, body }: StudiedFile, magic: string): boolean {
  if (entry.sizeBytes < magic.length) return false;
  const start = Buffer.alloc(magic.length);
  body.read(start, 0);
  return start.toString('latin1') === magic;
}
