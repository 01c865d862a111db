import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isDigest, writeFileWhole } from '../base/index.ts';
import type { SentBlob } from '../image/index.ts';

/** A blob that a registry was given before. */
export interface PushedBlob extends SentBlob {
  /** Repositories that had it, the latest first. */
  readonly repositories: readonly string[];
}

/** What one registry was given before, by what it was made of: the diffID of a layer with how it was packed, or a blob's own digest. */
export interface PushedBlobs {
  recall(key: string): Promise<PushedBlob | undefined>;
  /** Keeps that a repository has it; a memory that cannot be written is no reason to stop. */
  keep(key: string, blob: SentBlob, repository: string): Promise<void>;
}

const pushedSchema = z.object({
  digest: z.string().refine(isDigest),
  sizeBytes: z.int().nonnegative(),
  repositories: z.array(z.string()),
});

/** The most repositories that are remembered of a blob. */
const mostRepositories = 8;

/** The memory of a registry below a directory. What it says may be out of date: the registry is asked before it counts. */
export function pushedBlobs(cacheDir: string, registry: string): PushedBlobs {
  const fileOf = (key: string): string =>
    join(cacheDir, 'pushed', encodeURIComponent(registry), `${encodeURIComponent(key)}.json`);
  const recall = async (key: string): Promise<PushedBlob | undefined> => {
    try {
      return pushedSchema.parse(JSON.parse(await readFile(fileOf(key), 'utf8')));
    } catch {
      return undefined;
    }
  };
  return {
    recall,
    async keep(key, { digest, sizeBytes }, repository) {
      const known = await recall(key);
      const others = known?.digest === digest ? known.repositories.filter((one) => one !== repository) : [];
      if (known?.digest === digest && known.repositories[0] === repository) return;
      const repositories = [repository, ...others].slice(0, mostRepositories);
      await writeFileWhole(fileOf(key), JSON.stringify({ digest, sizeBytes, repositories })).catch(() => {});
    },
  };
}
