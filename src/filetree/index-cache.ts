import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDigest, writeFileWhole } from '../base/index.ts';
import { decodeIndexFile, encodeIndexFile } from './index-file.ts';
import type { LayerColumns } from './layer-columns.ts';

/** Changes with the format, and with whatever `indexLayer` makes of the same tar. */
const formatVersion = 7;

/** What distinguishes cached indexes of one layer. */
export interface CacheKey {
  readonly diffId: string;
  /** Version of whoever chose what to capture. */
  readonly analyserVersion: string;
  readonly captureKey: string;
  readonly isHashed: boolean;
  /**
   * The file whose word was taken for the diffID: such an index must not be found for the same diffID elsewhere. Absent when
   * the bytes were verified.
   */
  readonly unverifiedFile?: string;
}

/** Where the index of a layer is kept below `cacheDir`; undefined for a malformed diffID. */
export function cachePath(cacheDir: string, key: CacheKey): string | undefined {
  const { diffId, analyserVersion, captureKey, isHashed, unverifiedFile } = key;
  const digest = parseDigest(diffId);
  if (digest === undefined) return undefined;
  const kind = createHash('sha256')
    .update(JSON.stringify([formatVersion, analyserVersion, captureKey, isHashed, unverifiedFile]))
    .digest('hex')
    .slice(0, 16);
  return join(cacheDir, 'layers', digest.hex.slice(0, 2), `${digest.hex}-${kind}.index`);
}

/** Reads a cached index; undefined when there is none or it is damaged, so that it is made again. */
export async function readCachedColumns(path: string, diffId: string): Promise<LayerColumns | undefined> {
  try {
    return decodeIndexFile(await readFile(path), diffId);
  } catch {
    return undefined;
  }
}

/** Keeps an index for the next time. A cache that cannot be written is no cache: the failure is not reported. */
export async function writeCachedColumns(path: string, columns: LayerColumns): Promise<void> {
  try {
    await writeFileWhole(path, encodeIndexFile(columns));
  } catch {
    // The index is at hand all the same.
  }
}
