import { posix } from 'node:path';
import { followLinks } from './follow-links.ts';
import type { RootFileSystem } from './root-file-system.ts';

/** A library that a file asks for. */
export interface AskedLibrary {
  /** The file that asks. */
  readonly path: string;
  readonly name: string;
  /** Where it looks first: `$ORIGIN/../../nvidia/cublas/lib`. */
  readonly folders: readonly string[] | undefined;
}

/**
 * The library in the folders that a file itself names (ld.so(8): `DT_RPATH`, `DT_RUNPATH`), which come before those of the system.
 * Undefined where none has it.
 */
export function ownLibrary(
  root: RootFileSystem,
  { path, name, folders = [] }: AskedLibrary,
): string | undefined {
  const origin = `/${posix.dirname(path)}`;
  for (const folder of folders) {
    const place = posix.join(folder.replace(/\$(?:ORIGIN\b|\{ORIGIN\})/g, origin), name);
    if (!place.startsWith('/')) continue;
    const found = followLinks(root, place.slice(1))?.entry;
    if (found !== undefined && found.type !== 'directory') return found.path;
  }
  return undefined;
}
