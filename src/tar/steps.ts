import { paddedBytes } from './header.ts';
import { type TarEntry, TarError } from './tar-entry.ts';

/** What the grammar of a tar archive asks of whoever holds the bytes; it is answered with the bytes asked for. */
export type TarStep =
  /** Give the next bytes; fewer only where the archive ends. */
  | { readonly kind: 'read'; readonly sizeBytes: number }
  /** Here is an entry; its content and padding come next and are not asked for again. */
  | { readonly kind: 'entry'; readonly entry: TarEntry; readonly paddingBytes: number };

/** A part of the conversation, with its result. */
export type TarTalk<Result> = Generator<TarStep, Result, Buffer>;

/** Asks for bytes that must all be there. They belong to the reader: they are good until the next question. */
export function* readWhole(sizeBytes: number, offset: number): TarTalk<Buffer> {
  if (sizeBytes === 0) return Buffer.alloc(0);
  const bytes = yield { kind: 'read', sizeBytes };
  if (bytes.length < sizeBytes) throw new TarError('it is cut off inside a header', offset + bytes.length);
  return bytes;
}

const skipBytes = 1024 * 1024;

/** Passes by a body that is no content. */
export function* skip(sizeBytes: number, offset: number): TarTalk<void> {
  for (let left = paddedBytes(sizeBytes); left > 0; left -= skipBytes) {
    yield* readWhole(Math.min(left, skipBytes), offset);
  }
}
