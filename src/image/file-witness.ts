import { stat } from 'node:fs/promises';
import type { FileRange } from '../tar/index.ts';

/** Names a part of a file so that the name changes when the file is written again. Rejects when there is no such file. */
export async function fileWitness(range: FileRange): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(range.path, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs, range.offset, range.sizeBytes].join(' ');
}
