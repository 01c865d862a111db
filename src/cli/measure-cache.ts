import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileWhole } from '../base/index.ts';
import type { LayerMeasure } from '../compare/index.ts';

const schema = z.object({ compressedBytes: z.number(), compressSeconds: z.number(), isSampled: z.boolean() });

/** A layer's compression as it was measured before, or undefined; a damaged cache file counts as none. */
export async function readLayerMeasure(cacheDir: string, diffId: string): Promise<LayerMeasure | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(cachePath(cacheDir, diffId), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Keeps a layer's measured compression; a cache that cannot be written is no reason to stop. */
export async function writeLayerMeasure(
  cacheDir: string,
  diffId: string,
  measure: LayerMeasure,
): Promise<void> {
  await writeFileWhole(cachePath(cacheDir, diffId), JSON.stringify(measure)).catch(() => {});
}

function cachePath(cacheDir: string, diffId: string): string {
  return join(cacheDir, `${diffId.replace(':', '-')}.json`);
}
