import { dockerPush } from './docker-push.ts';
import { registryBlobs } from './registry-blobs.ts';
import { plimsoll, type Stage } from './stage.ts';

/** A push after a build, into a registry that holds the images of the builds before. */
export interface TimedPush {
  /** Wall time. */
  readonly seconds: number;
  /** Blobs that the registry did not have. */
  readonly sentBytes: number;
}

/** What to push, and how. */
export interface TimedPushRequest {
  readonly stage: Stage;
  readonly tag: string;
  /** `127.0.0.1:5000/lean`. */
  readonly repository: string;
  /** `docker push`, or ours. */
  readonly by: 'docker' | 'plimsoll';
  /** Digests of what the repository has; the new ones are added. */
  readonly held: Set<string>;
  readonly signal: AbortSignal;
}

/** Pushes as a user would, and asks the registry what was new to it. */
export async function timedPush(request: TimedPushRequest): Promise<TimedPush> {
  const { stage, tag, repository, by, held, signal } = request;
  const reference = `${repository}:latest`;
  const startedAt = performance.now();
  if (by === 'docker') {
    await dockerPush(stage, tag, reference);
  } else {
    // The lab's Docker is from before zstd.
    await plimsoll(
      stage,
      ['push', `docker:${tag}`, reference, '--compat', 'any', '--json', '--quiet'],
      signal,
    );
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const blobs = await registryBlobs(repository);
  const sentBytes = blobs.filter(({ digest }) => !held.has(digest)).reduce((sum, { size }) => sum + size, 0);
  for (const { digest } of blobs) held.add(digest);
  return { seconds, sentBytes };
}
