import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import type { DecompressionPrograms } from '../base/index.ts';

/**
 * The programs on `PATH` that unpack faster than Node does: `igzip` (Intel ISA-L) for gzip, where `gzip` and `pigz` are slower
 * than Node, and `zstd`. Only absolute folders count, so that nothing is run from the current one.
 */
export async function findDecompressionPrograms(
  searchPath: string | undefined,
): Promise<DecompressionPrograms> {
  const folders = (searchPath ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const [gzip, zstd] = await Promise.all([findProgram('igzip', folders), findProgram('zstd', folders)]);
  return { ...(gzip !== undefined && { gzip }), ...(zstd !== undefined && { zstd }) };
}

async function findProgram(name: string, folders: readonly string[]): Promise<string | undefined> {
  const paths = folders.map((folder) => join(folder, name));
  const isThere = await Promise.all(
    paths.map((path) =>
      access(path, constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return paths.find((_path, number) => isThere[number]);
}
