import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Audit } from '../audit/index.ts';
import { writeFileWhole } from '../base/index.ts';
import { layerWitness } from '../filetree/index.ts';
import type { Image } from '../image/index.ts';

/** The audit of one image as it was made before. */
export interface AuditMemory {
  /** Undefined when this build has not made it, or it was damaged since. */
  recall(): Promise<Audit | undefined>;
  /** A cache that cannot be written is no reason to stop. */
  keep(audit: Audit): Promise<void>;
}

/** What an audit depends on besides the image. */
export interface AuditConditions {
  readonly cacheDir: string;
  /** Names the program and its knowledge: another build judges in another way. */
  readonly buildId: string;
  /** Whatever was asked for that changes the audit. */
  readonly request: Readonly<Record<string, unknown>>;
}

/**
 * Finds an image's audit by all that it is made of: the configuration, the layers' digests, and, where a layer was read from
 * a file without verifying its digest, that very file.
 */
export async function auditMemory(image: Image, conditions: AuditConditions): Promise<AuditMemory> {
  const { name, digest, platform, config, layers } = image;
  const facts = await Promise.all(
    layers.map(async (layer) => [
      layer.digest,
      layer.diffId,
      layer.mediaType,
      layer.sizeBytes,
      layer.createdBy,
      await layerWitness(layer),
    ]),
  );
  const { buildId, request, cacheDir } = conditions;
  const key = createHash('sha256')
    .update(JSON.stringify([buildId, request, name, digest, platform, config, facts]))
    .digest('hex');
  const path = join(cacheDir, 'audits', `${key}.json`);
  return {
    async recall() {
      try {
        // The cast: what is kept under this key was written below, by this very build.
        return JSON.parse(await readFile(path, 'utf8')) as Audit;
      } catch {
        return undefined;
      }
    },
    async keep(audit) {
      await writeFileWhole(path, JSON.stringify(audit)).catch(() => {});
    },
  };
}
