import { z } from 'zod';
import {
  type ElfFile,
  libraryFolders,
  neededLibraries,
  ownSoname,
  type ReadAt,
  readElf,
} from './read-elf.ts';

/** What the dynamic section of a program or library says about others. */
export interface Linkage {
  /** `DT_SONAME`, where it has one. */
  readonly soname?: string;
  /** `DT_NEEDED`, in the file's order. */
  readonly needed: readonly string[];
  /** `DT_RPATH` and `DT_RUNPATH`, `$ORIGIN` as it stands there. */
  readonly folders: readonly string[];
}

/** Reads what an ELF file is linked with; undefined for other files. */
function readLinkage(read: ReadAt, sizeBytes: number): Linkage | undefined {
  const elf = readElf(read, sizeBytes);
  if (elf === undefined) return undefined;
  return linkageOf(elf, read);
}

/** What an ELF file whose tables are read is linked with. */
export function linkageOf(elf: ElfFile, read: ReadAt): Linkage {
  const soname = ownSoname(elf, read);
  return {
    ...(soname !== undefined && { soname }),
    needed: neededLibraries(elf, read),
    folders: libraryFolders(elf, read),
  };
}

/** The same as it is kept by a capture (`Excerpt.take`): `linkageFrom` reads it. */
export function linkageExcerpt(read: ReadAt, sizeBytes: number): Uint8Array | undefined {
  const found = readLinkage(read, sizeBytes);
  return found && Buffer.from(JSON.stringify(found));
}

const linkageSchema = z.object({
  soname: z.string().exactOptional(),
  needed: z.array(z.string()).readonly(),
  folders: z.array(z.string()).readonly(),
});

/** What `linkageExcerpt` has kept; undefined where nothing was. */
export function linkageFrom(excerpt: Uint8Array | undefined): Linkage | undefined {
  return excerpt === undefined
    ? undefined
    : linkageSchema.parse(JSON.parse(Buffer.from(excerpt).toString('utf8')));
}
