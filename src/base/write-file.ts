import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { encodeLossless } from './lossless-text.ts';
import { makeDirectory } from './make-directory.ts';

/**
 * Writes a file whole or not at all: to a temporary name beside it, then renamed into place.
 * A string is written as `encodeLossless` has it. Creates the folder where it is missing. `mode` is that of a new file (default 0o644).
 */
export async function writeFileWhole(
  path: string,
  content: string | Uint8Array,
  mode = 0o644,
): Promise<void> {
  makeDirectory(dirname(path));
  // Loaded here: most commands write nothing, and it is among the slowest parts of Node to load.
  const { randomBytes } = await import('node:crypto');
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const bytes = typeof content === 'string' ? encodeLossless(content) : content;
    await writeFile(temporary, bytes, { mode, flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
