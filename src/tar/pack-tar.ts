import { formatHeader } from './format-header.ts';
import { blockBytes, paddedBytes, zeroBlock } from './header.ts';
import type { TarMember } from './tar-member.ts';

/** Content that is read where it lies, piece by piece and in order. */
export interface PlacedContent {
  readonly sizeBytes: number;
  /** Fills `target` with the content from byte `start` on, or throws. */
  read(target: Buffer, start: number): void;
}

/** A member whose content is at hand, or can be read at once. */
export interface PlacedMember extends Omit<TarMember, 'content'> {
  readonly content?: string | Uint8Array | PlacedContent;
}

/** Fills `target` with the next bytes of an archive and gives how many came: fewer than it holds at the end only. */
export type FillFromTar = (target: Buffer) => number;

/**
 * The same bytes as `writeTar` gives, read into memory that the reader brings: nothing is copied, and nothing allocated for a file.
 * Throws what reading a content throws.
 */
export function packTar(members: Iterable<PlacedMember>): FillFromTar {
  const parts = partsOf(members);
  let part = parts.next();
  let doneBytes = 0;
  return (target) => {
    let filled = 0;
    while (filled < target.length && !part.done) {
      const { sizeBytes, read } = part.value;
      const length = Math.min(sizeBytes - doneBytes, target.length - filled);
      if (length > 0) read(target.subarray(filled, filled + length), doneBytes);
      filled += length;
      doneBytes += length;
      if (doneBytes < sizeBytes) continue;
      part = parts.next();
      doneBytes = 0;
    }
    return filled;
  };
}

function* partsOf(members: Iterable<PlacedMember>): Generator<PlacedContent> {
  for (const member of members) {
    const content = placedContent(member);
    yield inMemory(formatHeader(member, content.sizeBytes));
    yield content;
    yield inMemory(zeroBlock.subarray(0, paddedBytes(content.sizeBytes) - content.sizeBytes));
  }
  yield inMemory(Buffer.alloc(2 * blockBytes));
}

function placedContent({ path, type = 'file', content = '' }: PlacedMember): PlacedContent {
  const found = typeof content === 'string' ? Buffer.from(content) : content;
  const placed = found instanceof Uint8Array ? inMemory(found) : found;
  if (type !== 'file' && placed.sizeBytes > 0) throw new Error(`${path}: a ${type} has no content`);
  return placed;
}

function inMemory(bytes: Uint8Array): PlacedContent {
  return {
    sizeBytes: bytes.length,
    read: (target, start) => target.set(bytes.subarray(start, start + target.length)),
  };
}
