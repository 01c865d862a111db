import { open } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { type ContextEntry, mayHoldSecret, secretOf } from '../../../dockerignore/index.ts';
import type { SecretFileKind } from '../../../finding/index.ts';

/** A file that holds secrets. */
export interface SecretFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly secret: SecretFileKind;
}

const lookedAtBytes = 65_536;

/** The files that hold secrets, by name and by a look into them; a file that cannot be read counts by its name. */
export async function findSecretFiles(
  root: string,
  entries: readonly ContextEntry[],
): Promise<readonly SecretFile[]> {
  const limit = pLimit(16);
  const candidates = entries.filter(({ kind, path }) => kind === 'file' && mayHoldSecret(path));
  const judged = await Promise.all(
    candidates.map(({ path, sizeBytes }) =>
      limit(async () => ({ path, sizeBytes, secret: secretOf(path, await startOf(join(root, path))) })),
    ),
  );
  return judged.flatMap(({ secret, ...file }) => (secret === undefined ? [] : [{ ...file, secret }]));
}

async function startOf(path: string): Promise<string | undefined> {
  try {
    await using handle = await open(path);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(lookedAtBytes), 0, lookedAtBytes, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } catch {
    return undefined;
  }
}
