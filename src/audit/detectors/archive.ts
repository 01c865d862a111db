import type { FileDetector } from '../detector.ts';
import { isUserPlace } from '../places.ts';
import { weightsFormat } from '../weights-format.ts';

const smallestBytes = 100_000;
const archiveFile =
  /\.(?:zip|tar|tgz|tbz2?|txz|tzst|7z|rar|tar\.(?:gz|bz2|xz|zst|lz4|lzma)|cpio(?:\.gz)?|iso)$/i;

/** Archives of at least 100 kB that no package owns, outside of the directories that installers fill. */
export const archive: FileDetector = {
  name: 'archive',
  prepare:
    (subject) =>
    ({ entry }) => {
      const isArchive = entry.sizeBytes >= smallestBytes && archiveFile.test(entry.path);
      if (!isArchive || !isUserPlace(entry.path) || weightsFormat(entry) !== undefined) return undefined;
      return subject.ownerOf(entry.path) === undefined ? { kind: 'archive' } : undefined;
    },
};
