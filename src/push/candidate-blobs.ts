import type { OutgoingLayer } from './outgoing-layer.ts';
import type { PushedBlob, PushedBlobs } from './pushed-blobs.ts';

/** A blob that may spare a layer its way, where the registry still has it. */
export interface CandidateBlob extends PushedBlob {
  /** What it is remembered as once it was found. */
  readonly keys: readonly string[];
}

/** Where blobs may be known from. */
export interface BlobSources {
  /** What the registry was given before. */
  readonly known: PushedBlobs;
  /** A repository of the same registry that the layers come from. */
  readonly repository?: string | undefined;
}

/** What a layer would be in the registry: its own blob, or those that were made of it before; the best first. */
export async function candidateBlobs(
  { keys, digest, sizeBytes }: OutgoingLayer,
  { known, repository }: BlobSources,
): Promise<readonly CandidateBlob[]> {
  const own = repository === undefined ? [] : [repository];
  const candidates = new Map<string, CandidateBlob>();
  for (const key of keys) {
    const before = await known.recall(key);
    if (digest !== undefined && sizeBytes !== undefined) {
      return [{ digest, sizeBytes, keys, repositories: [...own, ...(before?.repositories ?? [])] }];
    }
    // What is as good takes the place of what was, where that is gone.
    if (before !== undefined && !candidates.has(before.digest)) {
      const repositories = [...own, ...before.repositories];
      candidates.set(before.digest, { ...before, repositories, keys: [...new Set([keys[0], key])] });
    }
  }
  return [...candidates.values()];
}
