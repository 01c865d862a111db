import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';

/** The hash algorithms that a digest may name (OCI image-spec, descriptor.md, "Registered Algorithms"). */
export type DigestAlgorithm = 'sha256' | 'sha512';

/** A digest taken apart. */
export interface Digest {
  readonly algorithm: DigestAlgorithm;
  /** Lower-case hex, 64 or 128 digits. */
  readonly hex: string;
}

// sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
const digestPattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** Takes `sha256:…` or `sha512:…` apart; undefined for anything else, so that a digest is safe as a file name. */
export function parseDigest(text: string): Digest | undefined {
  if (!digestPattern.test(text)) return undefined;
  return { algorithm: text.startsWith('sha256') ? 'sha256' : 'sha512', hex: text.slice(7) };
}

/** True for a well-formed digest of a registered algorithm. */
export function isDigest(text: string): boolean {
  return digestPattern.test(text);
}

/** The sha256 digest of bytes in hand, `sha256:…`. */
export function sha256Digest(content: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** Says whether bytes in hand have this digest; false for a malformed digest. */
export function hasDigest(content: Uint8Array, digest: string): boolean {
  const parsed = parseDigest(digest);
  return parsed !== undefined && createHash(parsed.algorithm).update(content).digest('hex') === parsed.hex;
}

/** The bytes of a stream are not those that its digest promises. */
export class DigestMismatchError extends Error {
  override readonly name = 'DigestMismatchError';
  readonly expected: string;
  readonly actual: string;

  constructor(expected: string, actual: string) {
    super(`digest ${expected} expected, but the bytes have ${actual}`);
    this.expected = expected;
    this.actual = actual;
  }
}

/** Sums up bytes that come in pieces, to compare their digest with the one that is promised. */
export interface DigestCheck {
  update(piece: Uint8Array): void;
  /** To be asked once, at the end; undefined where the bytes are those of the digest. */
  mismatch(): DigestMismatchError | undefined;
}

/** Begins to check bytes against `digest`. Throws for a malformed digest. */
export function checkDigest(digest: string): DigestCheck {
  const parsed = parseDigest(digest);
  if (parsed === undefined) throw new Error(`not a digest: ${digest}`);
  const hash = createHash(parsed.algorithm);
  return {
    update(piece) {
      hash.update(piece);
    },
    mismatch() {
      const actual = `${parsed.algorithm}:${hash.digest('hex')}`;
      return actual === digest ? undefined : new DigestMismatchError(digest, actual);
    },
  };
}

/**
 * A pass-through that hashes what flows by and fails with a `DigestMismatchError` at the end,
 * in place of ending, when the bytes are not those of `digest`. Throws for a malformed digest.
 */
export function verifyDigest(digest: string): Transform {
  const check = checkDigest(digest);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      check.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      done(check.mismatch() ?? null);
    },
  });
}
