import { Readable } from 'node:stream';
import { messageOf, UserError } from '../../base/index.ts';
import type { RegistryClient } from './registry-client.ts';
import { mostAttempts } from './retries.ts';

/** A blob to be read. */
export interface WantedBlob {
  readonly repository: string;
  readonly digest: string;
  /** What its descriptor says. */
  readonly sizeBytes: number;
  /** How messages name it. */
  readonly title: string;
}

/** The registry does not have the blob. */
export class MissingBlobError extends UserError {}

/** A connection that ends before `progressBytes` more have come is one more failure in a row. */
const progressBytes = 1024 * 1024;

/**
 * Reads a blob as a stream, not verified. A connection that breaks is taken up again where it ended (`Range`), a bounded
 * number of times without progress. Rejects with a `MissingBlobError` when there is none, with a `UserError` when it has another length.
 */
export async function openBlob(client: RegistryClient, blob: WantedBlob): Promise<Readable> {
  const held: HeldAnswer = { current: await requestFrom(client, blob, 0) };
  const stream = Readable.from(blobChunks(client, blob, held), { objectMode: false });
  // A stream that is destroyed before its first read never starts the generator, which would let go of the answer.
  stream.once('close', () => held.current?.body.destroy());
  return stream;
}

/** The bytes of a blob from `startsAt` on. */
interface BlobAnswer {
  readonly body: Readable;
  readonly startsAt: number;
}

interface HeldAnswer {
  current: BlobAnswer | undefined;
}

async function* blobChunks(
  client: RegistryClient,
  blob: WantedBlob,
  held: HeldAnswer,
): AsyncGenerator<Buffer> {
  let seenBytes = 0;
  let failures = 0;
  let failedAt = 0;
  for (;;) {
    let trouble: unknown;
    held.current ??= await requestFrom(client, blob, seenBytes);
    let position = held.current.startsAt;
    try {
      for await (const chunk of held.current.body as AsyncIterable<Buffer>) {
        position += chunk.length;
        if (position > blob.sizeBytes) throw wrongLength(blob, `more than ${blob.sizeBytes}`);
        if (position <= seenBytes) continue;
        const fresh = chunk.subarray(Math.max(0, chunk.length - (position - seenBytes)));
        seenBytes = position;
        yield fresh;
      }
    } catch (error) {
      if (error instanceof UserError || (error instanceof Error && error.name === 'AbortError')) throw error;
      trouble = error;
    }
    if (seenBytes === blob.sizeBytes) return;
    held.current = undefined;
    failures = seenBytes - failedAt >= progressBytes ? 1 : failures + 1;
    failedAt = seenBytes;
    if (failures === mostAttempts) throw brokenOff(blob, seenBytes, trouble);
    await client.backOff(failures);
  }
}

/** Asks for the bytes from `start`; some servers send all of them again. */
async function requestFrom(client: RegistryClient, blob: WantedBlob, start: number): Promise<BlobAnswer> {
  const { status, headers, body } = await client.send({
    method: 'GET',
    repository: blob.repository,
    path: `blobs/${blob.digest}`,
    wanted: blob.title,
    ...(start > 0 && { headers: { range: `bytes=${start}-` } }),
  });
  const isPart = status === 206;
  const range = /^bytes (\d+)-\d*\/(\d+|\*)$/.exec(headers['content-range'] ?? '');
  const length = isPart ? range?.[2] : headers['content-length'];
  const problem = ((): UserError | undefined => {
    if (status === 404) return missing(client, blob);
    if (status === 416) return wrongLength(blob, `at most ${start}`);
    if (isPart && Number(range?.[1]) !== start) {
      return new UserError(`${client.registry} sends another part of ${blob.title} than was asked for`, {
        hint: 'A proxy on the way may not understand ranges: try without it.',
      });
    }
    const isRight = length === undefined || length === '*' || Number(length) === blob.sizeBytes;
    return isRight ? undefined : wrongLength(blob, length);
  })();
  if (problem === undefined) return { body, startsAt: isPart ? start : 0 };
  body.on('error', () => {});
  body.destroy();
  throw problem;
}

function missing(client: RegistryClient, blob: WantedBlob): MissingBlobError {
  return new MissingBlobError(`${client.registry} does not have ${blob.title} (${blob.digest})`, {
    hint: 'The image is incomplete there: push it again.',
  });
}

function wrongLength(blob: WantedBlob, length: string): UserError {
  return new UserError(
    `${blob.title} (${blob.digest}) has ${length} bytes, but its manifest says ${blob.sizeBytes}`,
    { hint: 'The image is damaged in the registry, or on the way: push it again.' },
  );
}

function brokenOff(blob: WantedBlob, seenBytes: number, trouble: unknown): UserError {
  const reason = trouble === undefined ? 'the server ends it early' : messageOf(trouble);
  return new UserError(
    `${blob.title} (${blob.digest}) broke off ${mostAttempts} times, last after ${seenBytes} of ${blob.sizeBytes} bytes: ${reason}`,
    { hint: 'Try again when the network is better.', cause: trouble },
  );
}
