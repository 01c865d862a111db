import { type Duplex, finished, PassThrough, pipeline, Readable, Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { checkDigest, verifyDigest } from './digest.ts';
import { type ForeignCompression, foreignCompression } from './foreign-compression.ts';
import { markReleasable, releaseInput } from './own-chunk.ts';
import { uncheckedGunzip } from './unchecked-gunzip.ts';
import { splitZstdFrames } from './zstd-frames.ts';

/** How bytes are packed, told from the bytes themselves. */
export type Compression = 'none' | 'gzip' | 'zstd';

/** How many leading bytes `sniffCompression` and `foreignCompression` need. */
export const sniffBytes = 10;

/** Large chunks more than double the throughput of decompression in Node, which spends its time on handing them over. */
const chunkSize = 1024 * 1024;

/**
 * Tells the compression from the first bytes: `1f 8b` gzip (RFC 1952), `28 b5 2f fd` a zstd frame and
 * `5? 2a 4d 18` a zstd skippable frame (RFC 8878), anything else is not compressed in a way layers may be.
 */
export function sniffCompression(start: Uint8Array): Compression {
  if (start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
  if (start.length < 4) return 'none';
  if (start[0] === 0x28 && start[1] === 0xb5 && start[2] === 0x2f && start[3] === 0xfd) return 'zstd';
  const isSkippable =
    ((start[0] ?? 0) & 0xf0) === 0x50 && start[1] === 0x2a && start[2] === 0x4d && start[3] === 0x18;
  return isSkippable ? 'zstd' : 'none';
}

/** A stream whose compression is known, still at its first byte. */
export interface SniffedStream {
  readonly compression: Compression;
  /** Set where `compression` is `none` because nothing here unpacks it. */
  readonly foreign: ForeignCompression | undefined;
  readonly stream: Readable;
}

/** Looks at a stream's first bytes and gives it back whole. Rejects when the stream fails before that. */
export async function sniffStream(source: Readable): Promise<SniffedStream> {
  const { start, stream } = await peek(source, sniffBytes);
  return { compression: sniffCompression(start), foreign: foreignCompression(start), stream };
}

/** The steps that unpack a compression, several gzip members and several zstd frames included. */
export function decompressor(compression: Compression): Duplex[] {
  if (compression === 'gzip') return [createGunzip({ chunkSize }), handOver()];
  if (compression === 'zstd') return [...zstdSteps(), handOver()];
  return [];
}

/** What unpacked bytes must be. */
export interface UnpackedProof {
  readonly digest: string;
  readonly mostBytes: number;
  /** The error for a byte more, so that a decompression bomb fills no disk. */
  readonly tooMany: () => Error;
}

/**
 * The steps that unpack a compression, and fail with a `DigestMismatchError` at the end when the bytes are not those of the
 * digest: this is all the proof there is, gzip's own checksums are passed by. Throws for a malformed digest.
 */
export function verifiedDecompressor(compression: Compression, proof: UnpackedProof): Duplex[] {
  if (compression === 'gzip') return [uncheckedGunzip({ chunkSize }), handOver(proof)];
  if (compression === 'zstd') return [...zstdSteps(), handOver(proof)];
  return [verifyDigest(proof.digest), capBytes(proof.mostBytes, proof.tooMany)];
}

function zstdSteps(): Duplex[] {
  return [splitZstdFrames(), releaseInput(createZstdDecompress({ chunkSize }))];
}

/** How much is passed on in one go, in bytes: a fraction of a millisecond's work for who hashes it. */
const pieceBytes = 256 * 1024;

/**
 * Takes chunks from a decompressor and passes them on in pieces, looking between them whether the decompressor's thread wants
 * the next piece of work: so this thread can hash one chunk while the next ones are unpacked. The proof, if there is one, is
 * asked for here, as each further step in a stream costs as much as a part of the hashing.
 */
function handOver(proof?: UnpackedProof): Transform {
  const check = proof && checkDigest(proof.digest);
  let seenBytes = 0;
  return new Transform({
    highWaterMark: 4 * chunkSize,
    transform(chunk: Buffer, _encoding, done) {
      seenBytes += chunk.length;
      if (proof !== undefined && seenBytes > proof.mostBytes) {
        done(proof.tooMany());
        return;
      }
      markReleasable(chunk);
      const passOn = (at: number): void => {
        const end = at + pieceBytes;
        const piece = chunk.subarray(at, end);
        check?.update(piece);
        if (end >= chunk.length) {
          done(null, piece);
          return;
        }
        this.push(piece);
        setImmediate(passOn, end);
      };
      setImmediate(passOn, 0);
    },
    flush(done) {
      done(check?.mismatch() ?? null);
    },
  });
}

/**
 * Sends `source` through `steps` and gives the readable end. An error anywhere destroys the whole chain and comes out
 * of that end, put into other words by `explain`; destroying the end destroys the source.
 */
export function chainStreams(
  source: Readable,
  steps: readonly Duplex[],
  explain: (error: Error) => Error = (error) => error,
): Readable {
  const end = new PassThrough({
    destroy: (error, done) => done(error && explain(error)),
  });
  pipeline([source, ...steps, end], () => {
    // The error has come out of `end`; an early close by the reader is the reader's right.
  });
  return end;
}

/** A pass-through that reports the length of every chunk. */
export function meterBytes(onBytes: (sizeBytes: number) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
}

/** A pass-through that fails with `problem()` once more than `mostBytes` have come, so that a decompression bomb fills no disk. */
export function capBytes(mostBytes: number, problem: () => Error): Transform {
  let seenBytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seenBytes += chunk.length;
      if (seenBytes > mostBytes) done(problem());
      else done(null, chunk);
    },
  });
}

interface Peeked {
  readonly start: Buffer;
  readonly stream: Readable;
}

async function peek(source: Readable, count: number): Promise<Peeked> {
  const parts: Buffer[] = [];
  let length = 0;
  while (length < count) {
    const chunk: Buffer | null = source.read();
    if (chunk !== null) {
      parts.push(chunk);
      length += chunk.length;
    } else if (!(await isReadable(source))) {
      const start = Buffer.concat(parts);
      return { start, stream: Readable.from(start.length > 0 ? [start] : [], { objectMode: false }) };
    }
  }
  const start = Buffer.concat(parts);
  source.unshift(start);
  return { start: start.subarray(0, count), stream: source };
}

/** Waits until the stream has bytes (true) or has ended (false); rejects when it fails. */
async function isReadable(source: Readable): Promise<boolean> {
  if (source.readableEnded) return false;
  return await new Promise<boolean>((resolve, reject) => {
    const onReadable = (): void => {
      stopWatching();
      source.off('readable', onReadable);
      resolve(true);
    };
    const stopWatching = finished(source, { writable: false }, (error) => {
      source.off('readable', onReadable);
      if (error) reject(error);
      else resolve(false);
    });
    source.on('readable', onReadable);
  });
}
