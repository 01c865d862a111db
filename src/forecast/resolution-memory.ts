import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileWhole } from '../base/index.ts';
import type { FoundResolver } from '../python/index.ts';
import type { WheelFacts } from './forecast.ts';
import { wheelContentsSchema } from './wheel-contents.ts';

/** What a resolution came to. */
export interface KeptResolution {
  readonly wheels: readonly WheelFacts[];
  readonly warnings: readonly string[];
}

/** Everything that the outcome of a resolution depends on, but for what the index holds. */
export interface ResolutionQuestion {
  /** Where the cache is. */
  readonly cacheDir: string;
  /** Requirements, options and platform; any value that JSON can tell. */
  readonly question: object;
  readonly resolver: FoundResolver;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A place for the outcome of one resolution. */
export interface ResolutionMemory {
  /** Undefined where nothing is kept, or for too long. */
  readonly recall: () => Promise<KeptResolution | undefined>;
  readonly keep: (resolution: KeptResolution) => Promise<void>;
}

/** An index gets new versions: after a day it is asked again. */
const lifetimeMilliseconds = 24 * 3600 * 1000;

const keptSchema = z.strictObject({
  keptAt: z.number(),
  wheels: z.array(
    z.strictObject({
      name: z.string(),
      version: z.string(),
      contents: wheelContentsSchema,
      isCachedByPip: z.boolean(),
    }),
  ),
  warnings: z.array(z.string()),
});

/**
 * Keeps the outcome of a resolution for a day under all that it depends on. A resolver that does not tell its settings
 * (uv, which is quick and has a cache of its own) is asked every time.
 */
export function resolutionMemory({
  cacheDir,
  question,
  resolver,
  now,
}: ResolutionQuestion): ResolutionMemory {
  const { program, version, settings } = resolver;
  if (settings === undefined) return { recall: async () => undefined, keep: async () => {} };
  const key = createHash('sha256')
    .update(JSON.stringify([2, question, program.command, version, settings]))
    .digest('hex');
  const path = join(cacheDir, 'resolutions', `${key}.json`);
  return {
    async recall() {
      try {
        const { keptAt, ...kept } = keptSchema.parse(JSON.parse(await readFile(path, 'utf8')));
        const age = now - keptAt;
        return age >= 0 && age < lifetimeMilliseconds ? kept : undefined;
      } catch {
        // Missing, damaged or of another version: it is resolved anew and written again.
        return undefined;
      }
    },
    async keep(resolution) {
      // A cache that cannot be written is no reason to stop.
      await writeFileWhole(path, JSON.stringify({ keptAt: now, ...resolution })).catch(() => {});
    },
  };
}
