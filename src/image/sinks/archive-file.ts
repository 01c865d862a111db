import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeDirectory } from '../../base/index.ts';
import { type TarMember, writeTar } from '../../tar/index.ts';

/** Writes a tar file that appears whole or not at all; its folder is made where it is missing. */
export async function writeArchiveFile(
  path: string,
  members: Iterable<TarMember>,
  signal: AbortSignal | undefined,
): Promise<void> {
  makeDirectory(dirname(path));
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await pipeline(
      writeTar(members),
      createWriteStream(temporary, { flags: 'wx' }),
      signal ? { signal } : {},
    );
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
