import type { OutgoingLayer } from './outgoing-layer.ts';
import type { PushedBlob, PushedBlobs } from './pushed-blobs.ts';

/** A blob that may spare a layer its way, where the registry still has it. */
export interface CandidateBlob extends PushedBlob {
  /** What it is remembered as once it was found. */
  readonly keys: readonly string[];
}

/** What a layer would be in the registry: its own blob, or those that were made of it before; the best first. */
export async function candidateBlobs(
  { keys, digest, sizeBytes }: OutgoingLayer,
  known: PushedBlobs,
): Promise<readonly CandidateBlob[]> {
  const candidates = new Map<string, CandidateBlob>();
  for (const key of keys) {
    const before = await known.recall(key);
    if (digest !== undefined && sizeBytes !== undefined) {
      return [{ digest, sizeBytes, keys, repositories: before?.repositories ?? [] }];
    }
    // What is as good takes the place of what was, where that is gone.
    if (before !== undefined && !candidates.has(before.digest)) {
      candidates.set(before.digest, { ...before, keys: [...new Set([keys[0], key])] });
    }
  }
  return [...candidates.values()];
}
