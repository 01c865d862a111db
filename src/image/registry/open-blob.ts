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

/** What is asked for at a time of a large blob: three of them lie in memory. */
const partBytes = 8 * 1024 * 1024;
const partsAtOnce = 3;
/** A smaller blob comes in one answer: what several connections gain is less than what they cost. */
const leastRangedBytes = 4 * partBytes;

/**
 * Reads a blob as a stream, not verified. A large one comes in parts over several connections, where the server knows ranges: one connection
 * rarely fills the line. A connection that breaks is taken up again where it ended (`Range`), a bounded number of times without
 * progress. Rejects with a `MissingBlobError` when there is none, with a `UserError` when it has another length.
 */
export async function openBlob(client: RegistryClient, blob: WantedBlob): Promise<Readable> {
  const { sizeBytes } = blob;
  const isLarge = sizeBytes >= leastRangedBytes;
  const first = await requestFrom(
    client,
    blob,
    isLarge ? { start: 0, end: partBytes } : { start: 0, end: sizeBytes },
  );
  const held: HeldAnswer = { current: first, isLeft: false };
  const all = [held];
  const chunks =
    isLarge && first.isPart
      ? partsOf(client, blob, all)
      : blobChunks(client, blob, { held, start: 0, end: sizeBytes });
  const stream = Readable.from(chunks, { objectMode: false });
  // A stream that is destroyed before its first read never starts the generator, which would let go of the answer.
  stream.once('close', () => {
    for (const one of all) {
      one.isLeft = true;
      one.current?.body.destroy();
    }
  });
  return stream;
}

/** The bytes of a blob from `startsAt` on. */
interface BlobAnswer {
  readonly body: Readable;
  readonly startsAt: number;
  readonly isPart: boolean;
}

interface HeldAnswer {
  current: BlobAnswer | undefined;
  /** Nobody waits for it any more. */
  isLeft: boolean;
}

interface BlobRange {
  readonly start: number;
  /** The byte after the last one. */
  readonly end: number;
}

/** The parts in their order, the next ones under way; `all` holds the first answer, and those that are added. */
async function* partsOf(client: RegistryClient, blob: WantedBlob, all: HeldAnswer[]): AsyncGenerator<Buffer> {
  const running: Promise<readonly Buffer[]>[] = [];
  let start = 0;
  for (;;) {
    while (running.length < partsAtOnce && start < blob.sizeBytes) {
      const held = start === 0 ? all[0] : undefined;
      const own = held ?? { current: undefined, isLeft: false };
      if (held === undefined) all.push(own);
      const end = Math.min(start + partBytes, blob.sizeBytes);
      const part = wholePart(client, blob, { held: own, start, end });
      // Told where it is waited for.
      part.catch(() => {});
      running.push(part);
      start = end;
    }
    const next = running.shift();
    if (next === undefined) return;
    yield* await next;
    all.shift();
  }
}

async function wholePart(
  client: RegistryClient,
  blob: WantedBlob,
  range: BlobRange & { readonly held: HeldAnswer },
): Promise<readonly Buffer[]> {
  // As they come: put together, they would be copied, and garbage in large pieces.
  const chunks: Buffer[] = [];
  for await (const chunk of blobChunks(client, blob, range)) chunks.push(chunk);
  return chunks;
}

async function* blobChunks(
  client: RegistryClient,
  blob: WantedBlob,
  { held, start, end }: BlobRange & { readonly held: HeldAnswer },
): AsyncGenerator<Buffer> {
  let seenBytes = start;
  let failures = 0;
  let failedAt = start;
  for (;;) {
    let trouble: unknown;
    held.current ??= await requestFrom(client, blob, { start: seenBytes, end });
    if (held.isLeft) {
      held.current.body.destroy();
      return;
    }
    let position = held.current.startsAt;
    try {
      for await (const chunk of held.current.body as AsyncIterable<Buffer>) {
        position += chunk.length;
        if (position > blob.sizeBytes) throw wrongLength(blob, `more than ${blob.sizeBytes}`);
        if (position <= seenBytes) continue;
        const fresh = chunk.subarray(
          Math.max(0, chunk.length - (position - seenBytes)),
          chunk.length - Math.max(0, position - end),
        );
        seenBytes = Math.min(position, end);
        yield fresh;
        // A server that does not look at the end of a range.
        if (position > end) break;
      }
    } catch (error) {
      if (error instanceof UserError || (error instanceof Error && error.name === 'AbortError')) throw error;
      trouble = error;
    }
    if (seenBytes === end) return;
    if (held.isLeft) throw trouble ?? new Error('nobody waits for it');
    held.current = undefined;
    failures = seenBytes - failedAt >= progressBytes ? 1 : failures + 1;
    failedAt = seenBytes;
    if (failures === mostAttempts) throw brokenOff(blob, seenBytes, trouble);
    await client.backOff(failures);
  }
}

/** Asks for the bytes of a range; some servers send all of them again. */
async function requestFrom(
  client: RegistryClient,
  blob: WantedBlob,
  { start, end }: BlobRange,
): Promise<BlobAnswer> {
  const isWhole = start === 0 && end === blob.sizeBytes;
  const last = end === blob.sizeBytes ? '' : end - 1;
  const { status, headers, body } = await client.send({
    method: 'GET',
    repository: blob.repository,
    path: `blobs/${blob.digest}`,
    wanted: blob.title,
    ...(!isWhole && { headers: { range: `bytes=${start}-${last}` } }),
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
  if (problem === undefined) return { body, startsAt: isPart ? start : 0, isPart };
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
