import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { isDigest, type Progress, writeFileWhole } from '../../base/index.ts';
import type { Tree } from './survey-tree.ts';
import { treeTar, treeTarVersion } from './tree-tar.ts';

/** What is known of a tree's tar once it has been read. */
export interface TreeDigest {
  readonly diffId: string;
  readonly sizeBytes: number;
}

/** How the digest is found. */
export interface TreeDigestOptions {
  /** Where digests are remembered; they are not without it. */
  readonly cacheDir: string | undefined;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

const keptSchema = z.object({ diffId: z.string().refine(isDigest), sizeBytes: z.number().nonnegative() });

/**
 * The digest of a tree's tar, from reading all of it, or as remembered from the last time that exactly this state was read. A state
 * younger than two seconds is not remembered, since a change within the clock's grain would go unseen.
 */
export async function digestTree(tree: Tree, options: TreeDigestOptions): Promise<TreeDigest> {
  const { cacheDir } = options;
  const path = cacheDir && join(cacheDir, 'rootfs', `${tree.state}-${treeTarVersion}.json`);
  const kept = path && (await readKept(path));
  if (kept) return kept;
  const startedAt = Date.now();
  const found = await readWhole(tree, options);
  // A cache that cannot be written is no cache; the digest is at hand all the same.
  if (path && isSettled(tree, startedAt)) await writeFileWhole(path, JSON.stringify(found)).catch(() => {});
  return found;
}

async function readKept(path: string): Promise<TreeDigest | undefined> {
  try {
    return keptSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

async function readWhole(tree: Tree, { progress, signal }: TreeDigestOptions): Promise<TreeDigest> {
  const contentBytes = tree.entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const task = progress.start(`hashing ${tree.root}`, contentBytes);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    await pipeline(
      treeTar(tree),
      async (source: AsyncIterable<Buffer>) => {
        for await (const chunk of source) {
          hash.update(chunk);
          sizeBytes += chunk.length;
          task.advance(chunk.length);
        }
      },
      signal ? { signal } : {},
    );
  } finally {
    task.done();
  }
  return { diffId: `sha256:${hash.digest('hex')}`, sizeBytes };
}

const settlingNanoseconds = 2_000_000_000n;

function isSettled(tree: Tree, nowMilliseconds: number): boolean {
  const limit = BigInt(nowMilliseconds) * 1_000_000n - settlingNanoseconds;
  return tree.changedNs < limit;
}
