import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';

/** A stream on its way to a registry. */
export interface ByteMeter {
  readonly stream: Transform;
  /** Of what has come so far. */
  digest(): string;
  sizeBytes(): number;
}

/** Lets the bytes from `from` on pass, and sums up all of them; `onBytes` is told of those that pass. */
export function meterFrom(from: number, onBytes: (sizeBytes: number) => void): ByteMeter {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      const fresh = chunk.subarray(Math.min(chunk.length, Math.max(0, from - sizeBytes)));
      sizeBytes += chunk.length;
      onBytes(fresh.length);
      done(null, fresh);
    },
  });
  return { stream, digest: () => `sha256:${hash.copy().digest('hex')}`, sizeBytes: () => sizeBytes };
}
