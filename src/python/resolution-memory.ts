import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileWhole } from '../base/index.ts';
import type { FoundResolver } from './find-resolver.ts';

/** Everything that the outcome of a resolution depends on, but for what the index holds. */
export interface ResolutionQuestion<Outcome> {
  /** Where the cache is. */
  readonly cacheDir: string;
  /** Requirements, options and platform; any value that JSON can tell. */
  readonly question: object;
  readonly resolver: FoundResolver;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Checks what was kept; an outcome of another form is not recalled. */
  readonly outcome: z.ZodType<Outcome>;
}

/** A place for the outcome of one resolution. */
export interface ResolutionMemory<Outcome> {
  /** Undefined where nothing is kept, or for too long. */
  readonly recall: () => Promise<Outcome | undefined>;
  readonly keep: (outcome: Outcome) => Promise<void>;
}

/** An index gets new versions: after a day it is asked again. */
const lifetimeMilliseconds = 24 * 3600 * 1000;

/**
 * Keeps the outcome of a resolution for a day under all that it depends on. A resolver that does not tell its settings
 * (uv, which is quick and has a cache of its own) is asked every time.
 */
export function resolutionMemory<Outcome>({
  cacheDir,
  question,
  resolver,
  now,
  outcome,
}: ResolutionQuestion<Outcome>): ResolutionMemory<Outcome> {
  const { program, version, settings } = resolver;
  if (settings === undefined) return { recall: async () => undefined, keep: async () => {} };
  const key = createHash('sha256')
    .update(JSON.stringify([2, question, program.command, version, settings]))
    .digest('hex');
  const path = join(cacheDir, 'resolutions', `${key}.json`);
  const keptSchema = z.strictObject({ keptAt: z.number(), outcome });
  return {
    async recall() {
      try {
        const kept = keptSchema.parse(JSON.parse(await readFile(path, 'utf8')));
        const age = now - kept.keptAt;
        return age >= 0 && age < lifetimeMilliseconds ? kept.outcome : undefined;
      } catch {
        // Missing, damaged or of another version: it is resolved anew and written again.
        return undefined;
      }
    },
    async keep(resolution) {
      // A cache that cannot be written is no reason to stop.
      await writeFileWhole(path, JSON.stringify({ keptAt: now, outcome: resolution })).catch(() => {});
    },
  };
}
