import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeDirectory, releaseChunk } from '../../base/index.ts';
import { type TarMember, tarChunks } from '../../tar/index.ts';

/** Writes a tar file that appears whole or not at all; its folder is made where it is missing. */
export async function writeArchiveFile(
  path: string,
  members: Iterable<TarMember>,
  signal: AbortSignal | undefined,
): Promise<void> {
  makeDirectory(dirname(path));
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeChunks(tarChunks(members), temporary, signal);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Writes chunk by chunk, and gives each one's memory back: an archive of gigabytes makes no garbage. */
async function writeChunks(
  chunks: AsyncIterable<Buffer>,
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      await file.writeFile(chunk);
      releaseChunk(chunk);
    }
  } finally {
    await file.close();
  }
}
