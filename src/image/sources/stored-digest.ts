import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDigest, sha256Digest, writeFileWhole } from '../../base/index.ts';
import { fileWitness } from '../file-witness.ts';
import type { FileStore } from './file-store.ts';

/** Less is hashed again in no time. */
const rememberedFromBytes = 1024 * 1024;

/** The digest of a file in a store, from reading all of it, or as remembered since this very file was read. */
export async function storedDigest(store: FileStore, path: string): Promise<string> {
  const memory = await memoryPath(store, path);
  const known = memory && (await readFile(memory, 'utf8').catch(() => undefined));
  if (known !== undefined && isDigest(known)) return known;
  const hash = createHash('sha256');
  for await (const chunk of (await store.open(path)) as AsyncIterable<Buffer>) hash.update(chunk);
  const digest = `sha256:${hash.digest('hex')}`;
  // A cache that cannot be written is no cache; the digest is at hand all the same.
  if (memory !== undefined) await writeFileWhole(memory, digest).catch(() => {});
  return digest;
}

async function memoryPath({ cacheDir, locate }: FileStore, path: string): Promise<string | undefined> {
  const place = cacheDir === undefined ? undefined : await locate(path);
  if (cacheDir === undefined || place === undefined || place.sizeBytes < rememberedFromBytes)
    return undefined;
  return join(cacheDir, 'digests', sha256Digest(await fileWitness(place)).replace(':', '-'));
}
